import { type Schedule, workingWeek } from '@deskfleet/contracts';
import { describe, expect, test } from 'vitest';
import { desktopWith, person, schedulingWith } from '../../test/example-session.ts';
import { describeSchedule } from './describe-schedule.ts';
import type { SchedulingSpec } from './scheduling-spec.ts';
import type { SessionRecord, SessionRuntime } from './session-record.ts';

const at = (text: string) => new Date(text);
/** A Wednesday; in Paris it is 13:00, and the hours are from 08:00 to 19:00. */
const noon = at('2026-11-25T12:00:00Z');
const evening = at('2026-11-25T20:00:00Z');
const hours = 'Mon–Fri 08:00–19:00, Europe/Paris';
const run = { type: 'run-all-day' } as const;
const alwaysOn: Schedule = {
  timezone: 'Europe/Paris',
  week: { monday: run, tuesday: run, wednesday: run, thursday: run, friday: run, saturday: run, sunday: run },
  exceptions: [],
};

const alice = person('alice');
const summaryOf = (session: SessionRecord, now: Date, viewer = alice) =>
  describeSchedule(session, viewer, now).summary;

/** Stopped by an intent at this time, which has been applied. */
const stopped = (
  when: string,
  { cause = 'user:alice', scheduling = {} }: { cause?: string; scheduling?: Partial<SchedulingSpec> } = {},
) =>
  desktopWith(
    { state: 'stopped', desired: 'stopped', desiredCause: cause, stateSince: at(when), appliedSeq: 2 },
    {
      generation: 2,
      latestIntent: { kind: 'stop', args: {}, cause, at: at(when) },
      scheduling: schedulingWith(scheduling),
    },
  );

describe('what a schedule means now', () => {
  test.each([
    ['inside its hours', noon, true, { at: '2026-11-25T18:00:00.000Z', type: 'close' }],
    ['outside them', evening, false, { at: '2026-11-26T07:00:00.000Z', type: 'open' }],
    [
      'at their first instant',
      at('2026-11-25T07:00:00Z'),
      true,
      { at: '2026-11-25T18:00:00.000Z', type: 'close' },
    ],
    ['at their end', at('2026-11-25T18:00:00Z'), false, { at: '2026-11-26T07:00:00.000Z', type: 'open' }],
  ])('%s', (_what, now, scheduledNow, nextTransition) => {
    expect(describeSchedule(desktopWith(), alice, now)).toMatchObject({
      timezone: 'Europe/Paris',
      scheduledNow,
      nextTransition,
    });
  });

  test('for ever on', () => {
    const session = desktopWith({}, { scheduling: schedulingWith({ schedule: alwaysOn }) });
    expect(describeSchedule(session, alice, noon)).toEqual({
      summary: 'Always on',
      timezone: 'Europe/Paris',
      scheduledNow: true,
      nextTransition: null,
    });
  });

  test.each<[string, Partial<SessionRuntime>]>([
    ['being terminated', { state: 'terminating', desired: 'terminated' }],
    ['terminated', { state: 'terminated', desired: 'terminated' }],
  ])('nothing any more, when it is %s', (_what, runtime) => {
    expect(describeSchedule(desktopWith(runtime), alice, noon)).toEqual({
      summary: hours,
      timezone: 'Europe/Paris',
      scheduledNow: false,
      nextTransition: null,
    });
  });
});

describe('a desktop that is off within its hours', () => {
  const pauseOf = (text: string) => ({ pauseUntil: at(text) });
  test.each<[string, SessionRecord, string]>([
    [
      'was stopped by its owner in them',
      stopped('2026-11-25T10:00:00Z'),
      'stays off until Thu 08:00, as you stopped it',
    ],
    [
      'was stopped at their first instant',
      stopped('2026-11-25T07:00:00Z'),
      'stays off until Thu 08:00, as you stopped it',
    ],
    ['was stopped before them, and will be started', stopped('2026-11-25T06:59:59Z'), 'until Wed 19:00'],
    [
      'was stopped by an administrator',
      stopped('2026-11-25T10:00:00Z', { cause: 'admin:eva' }),
      'stays off until Thu 08:00, as eva stopped it',
    ],
    [
      'was stopped at EC2’s console',
      desktopWith({
        state: 'stopped',
        desired: 'stopped',
        desiredCause: 'external',
        stateSince: at('2026-11-25T10:00:00Z'),
      }),
      'stays off until Thu 08:00, as it was stopped at EC2 itself',
    ],
    ['was stopped for being idle', stopped('2026-11-25T10:00:00Z', { cause: 'idle' }), 'until Wed 19:00'],
    [
      'is to be stopped by its owner',
      desktopWith(
        {},
        { generation: 2, latestIntent: { kind: 'stop', args: {}, cause: 'user:alice', at: noon } },
      ),
      'stays off until Thu 08:00, as you stopped it',
    ],
    [
      'is to be started again',
      {
        ...stopped('2026-11-25T10:00:00Z'),
        generation: 3,
        latestIntent: { kind: 'start', args: {}, cause: 'user:alice', at: noon },
      },
      'until Wed 19:00',
    ],
    [
      'was stopped before an edit brought it into them',
      stopped('2026-11-25T10:00:00Z', { scheduling: { scheduleOpenedAt: at('2026-11-25T11:00:00Z') } }),
      'until Wed 19:00',
    ],
    [
      'was stopped after an edit brought it into them',
      stopped('2026-11-25T11:30:00Z', { scheduling: { scheduleOpenedAt: at('2026-11-25T11:00:00Z') } }),
      'stays off until Thu 08:00, as you stopped it',
    ],
    [
      'was stopped, and an edit opened other hours long ago',
      stopped('2026-11-25T10:00:00Z', { scheduling: { scheduleOpenedAt: at('2026-11-24T11:00:00Z') } }),
      'stays off until Thu 08:00, as you stopped it',
    ],
    [
      'was stopped before a pause ended in them',
      stopped('2026-11-25T10:00:00Z', { scheduling: pauseOf('2026-11-25T11:00:00Z') }),
      'until Wed 19:00',
    ],
    [
      'was stopped after a pause had ended in them',
      stopped('2026-11-25T11:30:00Z', { scheduling: pauseOf('2026-11-25T11:00:00Z') }),
      'stays off until Thu 08:00, as you stopped it',
    ],
    [
      'is paused',
      stopped('2026-11-25T10:00:00Z', { scheduling: pauseOf('2026-11-25T15:00:00Z') }),
      'paused until Wed 16:00',
    ],
  ])('%s', (_what, session, expected) => {
    expect(summaryOf(session, noon)).toBe(`${hours}; ${expected}`);
  });

  test('says who stopped it to others', () => {
    expect(summaryOf(stopped('2026-11-25T10:00:00Z'), noon, person('admin', true))).toMatch(
      /as alice stopped it$/,
    );
  });

  test('waits for somebody where the hours never end', () => {
    const scheduling = { schedule: alwaysOn };
    expect(summaryOf(stopped('2026-11-25T10:00:00Z', { scheduling }), noon)).toBe(
      'Always on; stays off until somebody starts it, as you stopped it',
    );
    const edited = { schedule: alwaysOn, scheduleOpenedAt: at('2026-11-25T11:00:00Z') };
    expect(summaryOf(stopped('2026-11-25T10:00:00Z', { scheduling: edited }), noon)).toBe('Always on');
  });
});

test('a desktop that was stopped outside its hours starts with the next ones', () => {
  expect(summaryOf(stopped('2026-11-25T19:30:00Z'), evening)).toBe(`${hours}; starts Thu 08:00`);
});

test('a pause far ahead is told with its date', () => {
  const scheduling = schedulingWith({ pauseUntil: at('2027-01-04T07:00:00Z') });
  expect(summaryOf(desktopWith({}, { scheduling }), evening)).toBe(
    `${hours}; paused until Mon 4 Jan 2027 08:00`,
  );
});

test('the default runs by the clocks of the schedule’s zone', () => {
  const scheduling = schedulingWith({ schedule: { ...workingWeek, timezone: 'Asia/Tokyo' } });
  expect(summaryOf(desktopWith({}, { scheduling }), noon)).toBe(
    'Mon–Fri 08:00–19:00, Asia/Tokyo; starts Thu 08:00',
  );
});
