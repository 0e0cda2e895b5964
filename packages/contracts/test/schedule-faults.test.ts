import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  findScheduleFaults,
  nextTransition,
  type Schedule,
  type ScheduleDay,
  scheduledAt,
  summariseSchedule,
  transitions,
  weekdays,
  workingWeek,
} from '../src/index.ts';

const schedule = (change: Partial<Schedule> = {}): Schedule => ({
  ...workingWeek,
  timezone: 'Europe/Paris',
  ...change,
});
const custom = (...windows: [start: string, end: string][]): ScheduleDay => ({
  type: 'custom',
  windows: windows.map(([start, end]) => ({ start, end })),
});
const onMonday = (monday: ScheduleDay) => schedule({ week: { ...workingWeek.week, monday } });
const off: ScheduleDay = { type: 'stop-all-day' };
const excepting = (from: string, to: string, day: ScheduleDay = off) =>
  schedule({ exceptions: [{ from, to, day }] });
const told = (wish: Schedule) => findScheduleFaults(wish).map(({ pointer, code }) => `${code} ${pointer}`);

test('the default and what a week can be have no faults', () => {
  expect(told(schedule())).toEqual([]);
  expect(told(onMonday({ type: 'run-all-day' }))).toEqual([]);
});

describe('windows', () => {
  const windows = '/week/monday/windows';
  test.each<[string, ScheduleDay, string[]]>([
    ['of all day', custom(['00:00', '24:00']), []],
    ['over midnight', custom(['22:00', '06:00']), []],
    ['to midnight, either way', custom(['22:00', '00:00']), []],
    ['that touch', custom(['08:00', '12:00'], ['12:00', '18:00']), []],
    [
      'of four, in any order',
      custom(['20:00', '21:00'], ['08:00', '09:00'], ['10:00', '11:00'], ['12:00', '13:00']),
      [],
    ],
    [
      'of which the last begins before midnight and the first before dawn',
      custom(['00:00', '06:00'], ['22:00', '06:00']),
      [],
    ],
    [
      'of 25 o’clock',
      custom(['25:00', '26:00']),
      [`invalid-time ${windows}/0/start`, `invalid-time ${windows}/0/end`],
    ],
    ['with one digit', custom(['8:00', '19:00']), [`invalid-time ${windows}/0/start`]],
    ['that begin when the day ends', custom(['24:00', '06:00']), [`invalid-time ${windows}/0/start`]],
    ['that end after the day', custom(['08:00', '24:01']), [`invalid-time ${windows}/0/end`]],
    ['with 60 minutes', custom(['08:60', '19:00']), [`invalid-time ${windows}/0/start`]],
    ['with seconds', custom(['08:00:00', '19:00']), [`invalid-time ${windows}/0/start`]],
    ['of other digits', custom(['٠٨:٠٠', '19:00']), [`invalid-time ${windows}/0/start`]],
    ['with a line end', custom(['08:00\n', '19:00']), [`invalid-time ${windows}/0/start`]],
    ['that are empty', custom(['08:00', '08:00']), [`empty-window ${windows}/0`]],
    ['that are empty at midnight', custom(['00:00', '00:00']), [`empty-window ${windows}/0`]],
    ['that overlap', custom(['08:00', '12:00'], ['11:59', '18:00']), [`overlapping-windows ${windows}/1`]],
    ['twice the same', custom(['08:00', '12:00'], ['08:00', '12:00']), [`overlapping-windows ${windows}/1`]],
    [
      'one inside another',
      custom(['10:00', '11:00'], ['08:00', '19:00']),
      [`overlapping-windows ${windows}/1`],
    ],
    [
      'of which one runs over midnight over another',
      custom(['20:00', '02:00'], ['23:00', '23:30']),
      [`overlapping-windows ${windows}/1`],
    ],
    [
      'that all run over midnight',
      custom(['20:00', '02:00'], ['23:00', '01:00']),
      [`overlapping-windows ${windows}/1`],
    ],
    ['that are none', { type: 'custom', windows: [] }, [`window-count ${windows}`]],
    ['of five', custom(...Array<[string, string]>(5).fill(['08:00', '09:00'])), [`window-count ${windows}`]],
  ])('%s', (_what, day, expected) => {
    expect(told(onMonday(day))).toEqual(expected);
  });

  test('of the next day may lie under one that runs over midnight: they are one stretch', () => {
    const week = {
      ...workingWeek.week,
      monday: custom(['20:00', '09:00']),
      tuesday: custom(['08:00', '12:00']),
    };
    expect(told(schedule({ week }))).toEqual([]);
  });
});

describe('exceptions', () => {
  const first = '/exceptions/0';
  test.each<[string, Schedule, string[]]>([
    ['of one day', excepting('2026-12-24', '2026-12-24'), []],
    ['of a leap day', excepting('2028-02-29', '2028-03-01'), []],
    ['for ever', excepting('2026-12-24', '9999-12-31'), []],
    ['on the 30th of February', excepting('2026-02-30', '2026-03-02'), [`invalid-date ${first}/from`]],
    ['on a leap day that there is not', excepting('2026-02-01', '2026-02-29'), [`invalid-date ${first}/to`]],
    [
      'in month 13',
      excepting('2026-13-01', '2026-13-02'),
      [`invalid-date ${first}/from`, `invalid-date ${first}/to`],
    ],
    ['without zeros', excepting('2026-1-1', '2026-12-24'), [`invalid-date ${first}/from`]],
    ['before 1970', excepting('1969-12-31', '2026-12-24'), [`invalid-date ${first}/from`]],
    ['of year 0', excepting('0000-01-01', '2026-12-24'), [`invalid-date ${first}/from`]],
    ['of an instant', excepting('2026-12-24T00:00', '2026-12-24'), [`invalid-date ${first}/from`]],
    ['that end before they begin', excepting('2026-12-24', '2026-12-23'), [`exception-reversed ${first}/to`]],
    [
      'with windows of 25 o’clock',
      excepting('2026-12-24', '2026-12-24', custom(['25:00', '08:00'])),
      [`invalid-time ${first}/day/windows/0/start`],
    ],
  ])('%s', (_what, wish, expected) => {
    expect(told(wish)).toEqual(expected);
  });

  const days = (count: number) =>
    Array.from({ length: count }, () => ({ from: '2026-12-24', to: '2026-12-24', day: off }));
  test('are at most 366', () => {
    expect(told(schedule({ exceptions: days(366) }))).toEqual([]);
    expect(told(schedule({ exceptions: days(367) }))).toEqual(['too-many-exceptions /exceptions']);
  });
});

test('an unknown zone is told with the nearest ones', () => {
  const [fault] = findScheduleFaults(schedule({ timezone: 'Europe/Pariss' }));
  expect(fault).toMatchObject({ pointer: '/timezone', code: 'unknown-timezone' });
  expect(fault?.detail).toMatch(/no time zone 'Europe\/Pariss'\. Did you mean Europe\/Paris( or|\?)/);
});

test('everything is told at once', () => {
  const wish = {
    ...excepting('2026-02-30', '2026-03-01'),
    timezone: 'CEST',
    week: onMonday(custom(['25:00', '08:00'])).week,
  };
  expect(told(wish)).toEqual([
    'unknown-timezone /timezone',
    'invalid-time /week/monday/windows/0/start',
    'invalid-date /exceptions/0/from',
  ]);
});

test('a schedule of nothing but faults costs little and tells a hundred of them', () => {
  const day = custom(...Array<[string, string]>(4).fill(['x', 'y']));
  const exceptions = Array.from({ length: 5_000 }, () => ({ from: 'x', to: 'y', day }));
  const began = performance.now();
  expect(findScheduleFaults(schedule({ timezone: 'Q'.repeat(64), exceptions }))).toHaveLength(100);
  expect(performance.now() - began).toBeLessThan(200);
});

describe('what has no faults', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 60 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
  const day: fc.Arbitrary<ScheduleDay> = fc.oneof(
    fc.constantFrom<ScheduleDay>({ type: 'run-all-day' }, off),
    fc.array(fc.tuple(time, time), { maxLength: 3 }).map((windows) => custom(...windows)),
  );
  const date = fc
    .tuple(
      fc.integer({ min: 2026, max: 2030 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 31 }),
    )
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join('-'));
  const week = fc
    .tuple(...weekdays.map(() => day))
    .map((days) => Object.fromEntries(weekdays.map((name, i) => [name, days[i]])) as Schedule['week']);
  const any: fc.Arbitrary<Schedule> = fc.record({
    timezone: fc.constantFrom('UTC', 'Europe/Paris', 'US/Pacific', 'Asia/Kathmandu', 'Pacific/Apia'),
    week,
    exceptions: fc.array(fc.record({ from: date, to: date, day }), { maxLength: 2 }),
  });
  const instant = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

  test('can be asked everything', () => {
    fc.assert(
      fc.property(any, instant, (wish, now) => {
        fc.pre(findScheduleFaults(wish).length === 0);
        const next = nextTransition(wish, now);
        expect(scheduledAt(wish, now)).toBe(next ? next.type === 'close' : scheduledAt(wish, now));
        expect(
          transitions(wish, now, new Date(now.getTime() + 8 * 86_400_000)).every(({ at }) => at >= now),
        ).toBe(true);
        expect(summariseSchedule(wish, now)).not.toMatch(/undefined|NaN|Invalid/);
      }),
      { numRuns: 300 },
    );
  });
});
