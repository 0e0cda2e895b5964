import { describe, expect, test } from 'vitest';
import {
  findScheduleFaults,
  nextTransition,
  readDefaultSchedule,
  type ScheduleDay,
  scheduledAt,
  weekdays,
  workingWeek,
} from '../src/index.ts';

const read = (value: unknown) =>
  readDefaultSchedule(typeof value === 'string' ? value : JSON.stringify(value));
const minutes = (start: number, stop: number, change: object = {}) => ({
  ...Object.fromEntries(weekdays.map((name) => [name, { start, stop }])),
  ...change,
});
const scheduleOf = (value: unknown) => {
  const reading = read(value);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.schedule;
};
const dayOf = (start: number, stop: number): ScheduleDay => scheduleOf(minutes(start, stop)).week.monday;
const problemOf = (value: unknown) => {
  const reading = read(value);
  return reading.ok ? null : reading.problem;
};

test('the working week is Monday to Friday, 08:00 to 19:00, and has no faults', () => {
  const schedule = { ...workingWeek, timezone: 'Asia/Tokyo' };
  expect(findScheduleFaults(schedule)).toEqual([]);
  const hours = { type: 'custom', windows: [{ start: '08:00', end: '19:00' }] };
  expect(Object.values(schedule.week)).toEqual([
    ...Array(5).fill(hours),
    ...Array(2).fill({ type: 'stop-all-day' }),
  ]);
});

describe('a schedule', () => {
  test('may leave out its time zone and its exceptions', () => {
    expect(scheduleOf({ week: workingWeek.week })).toEqual(workingWeek);
  });

  test('keeps those that it has', () => {
    const exceptions = [{ from: '2026-12-24', to: '2026-12-26', day: { type: 'stop-all-day' } }];
    const full = { timezone: 'Europe/Paris', week: workingWeek.week, exceptions };
    expect(scheduleOf(full)).toEqual(full);
  });
});

describe('minutes of Scale-Out Computing on AWS', () => {
  test('are hours, in the same week as ours by default', () => {
    const weekend = { saturday: { start: 0, stop: 0 }, sunday: { start: 0, stop: 0 } };
    expect(scheduleOf(minutes(480, 1140, weekend))).toEqual(workingWeek);
  });

  test.each<[string, number, number, ScheduleDay]>([
    ['0 to 0 are off all day', 0, 0, { type: 'stop-all-day' }],
    ['0 to 1440 run all day', 0, 1440, { type: 'run-all-day' }],
    [
      'a stop after midnight is on the next day',
      1320,
      360,
      { type: 'custom', windows: [{ start: '22:00', end: '06:00' }] },
    ],
    [
      'a stop at midnight is the end of the day',
      600,
      1440,
      { type: 'custom', windows: [{ start: '10:00', end: '24:00' }] },
    ],
    [
      'a stop at the next midnight is it too',
      600,
      0,
      { type: 'custom', windows: [{ start: '10:00', end: '00:00' }] },
    ],
    ['odd minutes stay', 485, 1139, { type: 'custom', windows: [{ start: '08:05', end: '18:59' }] }],
  ])('%s', (_what, start, stop, expected) => {
    expect(dayOf(start, stop)).toEqual(expected);
  });

  test('SOCA stored run-all-day as 1440 to 1440, and stopped such desktops at noon: here they run all day', () => {
    expect(dayOf(1440, 1440)).toEqual({ type: 'run-all-day' });
    const schedule = { ...scheduleOf(minutes(1440, 1440)), timezone: 'America/New_York' };
    const noon = new Date('2026-11-25T17:00:00Z');
    expect(scheduledAt(schedule, noon)).toBe(true);
    expect(nextTransition(schedule, noon)).toBeNull();
  });
});

describe('a problem names', () => {
  test.each<[string, unknown, RegExp]>([
    ['what is no JSON', 'Mon-Fri', /^is not a JSON object$/],
    ['what is no object', '[1]', /^is not a JSON object$/],
    ['null', 'null', /^is not a JSON object$/],
    ['a day that is missing', minutes(480, 1140, { sunday: undefined }), /sunday/],
    ['minutes beyond a day', minutes(480, 1500), /has at monday\.stop what .*1440/],
    [
      'minutes that are no number',
      minutes(480, 1140, { friday: { start: '08:00', stop: 1140 } }),
      /has at friday\.start/,
    ],
    ['a day that there is not', minutes(480, 1140, { someday: { start: 1, stop: 2 } }), /additional/],
    ['hours that are none', minutes(480, 480), /has at monday no hours: 480 to 480/],
    ['a start at the end of the day', minutes(1440, 480), /has at monday no hours: 1440 to 480/],
    [
      'an unknown zone',
      { timezone: 'CEST', week: workingWeek.week },
      /has at timezone a fault: There is no time zone 'CEST'/,
    ],
    [
      '25 o’clock',
      {
        week: {
          ...workingWeek.week,
          monday: { type: 'custom', windows: [{ start: '25:00', end: '08:00' }] },
        },
      },
      /has at week\.monday\.windows\.0\.start a fault: '25:00' is no time of day/,
    ],
    ['a week without a day', { week: { ...workingWeek.week, monday: undefined } }, /week.*monday/],
    ['a field that there is not', { week: workingWeek.week, zone: 'UTC' }, /additional/],
  ])('%s', (_what, value, expected) => {
    expect(problemOf(value)).toMatch(expected);
  });

  test('at most five things at once', () => {
    expect(problemOf(minutes(-1, 1500))?.split(' and has ')).toHaveLength(5);
  });
});
