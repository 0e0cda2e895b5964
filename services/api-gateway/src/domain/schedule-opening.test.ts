import { type Schedule, type ScheduleDay, weekdays, workingWeek } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import { opensBy, opensByEndOfPause } from './schedule-opening.ts';

/** A Wednesday, within the hours of the working week. */
const noon = new Date('2026-11-25T12:00:00Z');
const everyDay = (day: ScheduleDay): Schedule => ({
  timezone: 'UTC',
  week: Object.fromEntries(weekdays.map((name) => [name, day])) as Schedule['week'],
  exceptions: [],
});
const schedules = {
  inside: { ...workingWeek, timezone: 'UTC' },
  'inside, other hours': everyDay({ type: 'custom', windows: [{ start: '11:00', end: '13:00' }] }),
  outside: everyDay({ type: 'custom', windows: [{ start: '20:00', end: '22:00' }] }),
  'always on': everyDay({ type: 'run-all-day' }),
  'always off': everyDay({ type: 'stop-all-day' }),
};
type Kind = keyof typeof schedules;

describe('an edit of a schedule counts as an open', () => {
  test.each<[Kind, Kind, boolean]>([
    ['outside', 'inside', true],
    ['always off', 'inside', true],
    ['outside', 'always on', true],
    ['inside', 'inside', false],
    ['inside', 'inside, other hours', false],
    ['inside', 'always on', true],
    ['always on', 'always on', true],
    ['always on', 'inside', false],
    ['inside', 'outside', false],
    ['inside', 'always off', false],
    ['always off', 'always off', false],
    ['outside', 'outside', false],
  ])('from %s to %s: %s', (before, after, expected) => {
    expect(opensBy({ before: schedules[before], after: schedules[after] }, noon)).toBe(expected);
  });
});

describe('a change of the pause counts as an open', () => {
  const [past, later] = [new Date('2026-11-25T11:00:00Z'), new Date('2026-11-25T15:00:00Z')];
  test.each<[string, Kind, Date | null, Date | null, boolean]>([
    ['when one that holds is removed, inside', 'inside', later, null, true],
    ['when one that holds is removed, always on', 'always on', later, null, true],
    ['not outside', 'outside', later, null, false],
    ['not when it still holds', 'inside', later, new Date('2026-11-25T13:00:00Z'), false],
    ['not when it had passed', 'inside', past, null, false],
    ['not when there was none', 'inside', null, null, false],
    ['not when one is set', 'inside', null, later, false],
  ])('%s', (_what, kind, before, after, expected) => {
    expect(opensByEndOfPause({ schedule: schedules[kind], before, after }, noon)).toBe(expected);
  });
});
