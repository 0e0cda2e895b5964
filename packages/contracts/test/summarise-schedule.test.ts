import { describe, expect, test } from 'vitest';
import {
  describeInstant,
  type Schedule,
  type ScheduleDay,
  summariseSchedule,
  type Weekday,
  weekdays,
  workingWeek,
} from '../src/index.ts';

const paris = (change: Partial<Schedule> = {}): Schedule => ({
  ...workingWeek,
  timezone: 'Europe/Paris',
  ...change,
});
const custom = (...windows: [start: string, end: string][]): ScheduleDay => ({
  type: 'custom',
  windows: windows.map(([start, end]) => ({ start, end })),
});
const off: ScheduleDay = { type: 'stop-all-day' };
const run: ScheduleDay = { type: 'run-all-day' };
const everyDay = (day: ScheduleDay, change: Partial<Record<Weekday, ScheduleDay>> = {}) =>
  paris({
    week: {
      ...(Object.fromEntries(weekdays.map((name) => [name, day])) as Schedule['week']),
      ...change,
    },
  });

/** A Wednesday, 13:00 in Paris. */
const noon = new Date('2026-11-25T12:00:00Z');
const evening = new Date('2026-11-25T20:00:00Z');
const friday = new Date('2026-11-27T18:00:00Z');

describe('a schedule in words', () => {
  test.each<[string, Schedule, Date, string]>([
    ['inside its hours', paris(), noon, 'Mon–Fri 08:00–19:00, Europe/Paris; until Wed 19:00'],
    ['outside them', paris(), evening, 'Mon–Fri 08:00–19:00, Europe/Paris; starts Thu 08:00'],
    ['over the weekend', paris(), friday, 'Mon–Fri 08:00–19:00, Europe/Paris; starts Mon 08:00'],
    [
      'of days that differ',
      everyDay(custom(['08:00', '19:00']), { wednesday: custom(['10:00', '12:00']), sunday: off }),
      evening,
      'Mon–Tue 08:00–19:00, Wed 10:00–12:00, Thu–Sat 08:00–19:00, Europe/Paris; starts Thu 08:00',
    ],
    [
      'of several windows, whatever their order',
      everyDay(custom(['13:00', '19:00'], ['08:00', '12:00'])),
      evening,
      'Every day 08:00–12:00 and 13:00–19:00, Europe/Paris; starts Thu 08:00',
    ],
    [
      'over midnight',
      everyDay(custom(['22:00', '06:00'])),
      noon,
      'Every day 22:00–06:00, Europe/Paris; starts Wed 22:00',
    ],
    [
      'with whole days',
      everyDay(off, { saturday: run, sunday: run }),
      noon,
      'Sat–Sun all day, Europe/Paris; starts Sat 00:00',
    ],
    [
      'whose days are one stretch',
      everyDay(run, { tuesday: off }),
      noon,
      'Mon all day, Wed–Sun all day, Europe/Paris; until Tue 00:00',
    ],
    ['that never closes', everyDay(run), noon, 'Always on'],
    ['that never closes, by windows', everyDay(custom(['00:00', '24:00'])), noon, 'Always on'],
    ['that never opens', everyDay(off), noon, 'Never started by the clock'],
  ])('%s', (_what, schedule, now, expected) => {
    expect(summariseSchedule(schedule, now)).toBe(expected);
  });
});

describe('exceptions', () => {
  const christmas = { from: '2026-12-24', to: '2026-12-26', day: off, note: 'Christmas' };
  const release = { from: '2026-11-28', to: '2026-11-28', day: custom(['10:00', '14:00']), note: 'Release' };
  test.each<[string, Schedule, string, string]>([
    [
      'are not told while they do not matter',
      paris({ exceptions: [christmas] }),
      '2026-11-25T12:00:00Z',
      'Mon–Fri 08:00–19:00, Europe/Paris; until Wed 19:00',
    ],
    [
      'are told on their days',
      paris({ exceptions: [christmas] }),
      '2026-12-24T12:00:00Z',
      'Mon–Fri 08:00–19:00, Europe/Paris; today off (Christmas); starts Mon 08:00',
    ],
    [
      'are told once where they are the cause of what comes next',
      paris({ exceptions: [release] }),
      '2026-11-28T08:00:00Z',
      'Mon–Fri 08:00–19:00, Europe/Paris; today 10:00–14:00 (Release); starts Sat 10:00',
    ],
    [
      'are told as the cause of an open',
      paris({ exceptions: [release] }),
      '2026-11-27T18:00:00Z',
      'Mon–Fri 08:00–19:00, Europe/Paris; starts Sat 10:00 (Release)',
    ],
    [
      'are told as the cause of a close',
      { ...everyDay(run), exceptions: [christmas] },
      '2026-12-23T12:00:00Z',
      'Every day all day, Europe/Paris; until Thu 00:00 (Christmas)',
    ],
    [
      'are told as the cause of a close by their end',
      { ...everyDay(off), exceptions: [{ ...christmas, day: run }] },
      '2026-12-23T12:00:00Z',
      'Every day off, Europe/Paris; starts Thu 00:00 (Christmas)',
    ],
    [
      'need no note',
      paris({ exceptions: [{ from: '2026-11-25', to: '2026-11-25', day: off }] }),
      '2026-11-25T12:00:00Z',
      'Mon–Fri 08:00–19:00, Europe/Paris; today off; starts Thu 08:00',
    ],
    [
      'count by the first that covers the day',
      paris({ exceptions: [{ ...christmas, note: 'Holidays', to: '2026-12-24' }, christmas] }),
      '2026-12-24T12:00:00Z',
      'Mon–Fri 08:00–19:00, Europe/Paris; today off (Holidays); starts Mon 08:00',
    ],
  ])('%s', (_what, schedule, now, expected) => {
    expect(summariseSchedule(schedule, new Date(now))).toBe(expected);
  });
});

describe('an instant', () => {
  test.each([
    ['within six days is told by its day', '2026-12-01T07:00:00Z', 'Tue 08:00'],
    ['further away, with its date', '2026-12-02T07:00:00Z', 'Wed 2 Dec 08:00'],
    ['in another year, with that as well', '2027-01-04T07:00:00Z', 'Mon 4 Jan 2027 08:00'],
    ['of the past as well', '2026-11-02T07:00:00Z', 'Mon 2 Nov 08:00'],
  ])('%s', (_what, at, expected) => {
    expect(describeInstant(new Date(at), 'Europe/Paris', noon)).toBe(expected);
  });

  test('is told by the clocks of the zone, also when they are set in between', () => {
    const before = new Date('2026-03-27T12:00:00Z');
    expect(summariseSchedule(paris(), before)).toMatch(/until Fri 19:00$/);
    const weekend = new Date('2026-03-27T20:00:00Z');
    expect(summariseSchedule(paris(), weekend)).toMatch(/starts Mon 08:00$/);
    expect(describeInstant(new Date('2026-03-30T06:00:00Z'), 'Europe/Paris', weekend)).toBe('Mon 08:00');
  });
});
