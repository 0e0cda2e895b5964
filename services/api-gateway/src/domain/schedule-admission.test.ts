import { type Schedule, workingWeek } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import { admissionOf, type Change, errorsOf, faultsOf, judge } from '../../test/example-admission.ts';

const schedule: Schedule = { ...workingWeek, timezone: 'Asia/Tokyo' };
const paris = { ...workingWeek, timezone: 'Europe/Paris' };

describe('a desktop that is launched without a schedule gets the default', () => {
  test.each<[string, Change, string]>([
    ['in the zone of the deployment', {}, 'UTC'],
    ['in the zone that the default has', { schedules: { standard: paris } }, 'Europe/Paris'],
    ['in the owner’s own zone', { facts: { timezone: 'America/New_York' } }, 'America/New_York'],
    [
      'in the owner’s own zone, whatever the default has',
      { schedules: { standard: paris }, facts: { timezone: 'America/New_York' } },
      'America/New_York',
    ],
  ])('%s', (_what, change, timezone) => {
    expect(admissionOf(change).schedule).toEqual({ ...workingWeek, timezone });
  });

  test('also where nobody may choose', () => {
    const change = { schedules: { usersMayChange: false }, stack: { usersMayChangeSchedule: false } };
    expect(admissionOf(change).schedule).toEqual({ ...workingWeek, timezone: 'UTC' });
  });
});

describe('a schedule that is asked for', () => {
  const notAllowed = ['schedule-change-not-allowed /schedule'];
  test.each<[string, Change, string[]]>([
    ['is taken', {}, []],
    ['is refused where the deployment forbids it', { schedules: { usersMayChange: false } }, notAllowed],
    ['is refused where the profile forbids it', { stack: { usersMayChangeSchedule: false } }, notAllowed],
    [
      'is taken from administrators all the same',
      {
        schedules: { usersMayChange: false },
        stack: { usersMayChangeSchedule: false },
        facts: { administrator: true },
      },
      [],
    ],
    [
      'is refused with everything else that is wrong',
      { request: { schedule: { ...schedule, timezone: 'CEST' }, rootVolumeGiB: 5000 } },
      ['root-volume-too-large /rootVolumeGiB', 'unknown-timezone /schedule/timezone'],
    ],
  ])('%s', (_what, change, expected) => {
    expect(faultsOf(judge({ request: { schedule }, ...change }))).toEqual(expected);
  });

  test('is the one that it gets', () => {
    expect(admissionOf({ request: { schedule } }).schedule).toEqual(schedule);
  });

  const monday = { type: 'custom', windows: [{ start: '25:00', end: '26:00' }] } as const;
  test('with one fault is refused by the code of that', () => {
    const verdict = judge({ request: { schedule: { ...schedule, timezone: 'CEST' } } });
    expect(verdict).toMatchObject({ refusal: { code: 'unknown-timezone' } });
  });

  test('with several is refused as a whole, and all are told', () => {
    const verdict = judge({ request: { schedule: { ...schedule, week: { ...schedule.week, monday } } } });
    expect(verdict).toMatchObject({ refusal: { code: 'invalid-schedule' } });
    expect(errorsOf(verdict)).toMatchObject([
      { pointer: '/schedule/week/monday/windows/0/start', code: 'invalid-time' },
      { pointer: '/schedule/week/monday/windows/0/end', code: 'invalid-time' },
    ]);
  });
});
