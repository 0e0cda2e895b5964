import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyTime, at, factsNear, stoppedFacts } from '../../test/example-facts.ts';
import { alwaysOff } from '../../test/schedules.ts';
import { startBySchedule } from '../application/automatic-changes.ts';
import type { AutomaticFacts } from './automatic-facts.ts';
import { decideScheduleStart } from './decide-schedule-start.ts';
import type { SessionStatus } from './session-status.ts';

const due = { edgeAt: at('08:00:00'), validUntil: at('19:00:00'), keepOffFrom: at('07:55:00') };
const now = at('08:00:10');
const withStatus = (status: Partial<SessionStatus>): AutomaticFacts => ({
  ...stoppedFacts,
  status: { ...stoppedFacts.status, ...status },
});
const stoppedAt = (time: Date): AutomaticFacts => ({
  ...stoppedFacts,
  latestWish: { wish: 'off', at: time },
});

describe('a window opens, and the desktop starts', () => {
  test.each<[string, AutomaticFacts]>([
    ['that is stopped', stoppedFacts],
    ['that is hibernated', withStatus({ state: 'hibernated', desired: 'hibernated' })],
    ['that is still stopping', withStatus({ state: 'stopping' })],
    ['that is still hibernating', withStatus({ state: 'hibernating', desired: 'hibernated' })],
    ['that was to be stopped and still runs', withStatus({ state: 'running' })],
    ['that is being resized', withStatus({ state: 'resizing', resizeTo: 'm7i.xlarge' })],
    ['that somebody stopped just before it counts', stoppedAt(at('07:54:59'))],
    ['that nobody ever wanted anything of', { ...stoppedFacts, latestWish: null }],
    [
      'that somebody wanted up last, and that found no machine',
      { ...stoppedFacts, latestWish: { wish: 'up', at: now } },
    ],
    ['whose pause has just ended', { ...stoppedFacts, pauseUntil: now }],
    ['that was in error yesterday', withStatus({ desiredCause: 'reconciler' })],
    [
      'of which an intent came that the event does not know of: a resize',
      { ...stoppedFacts, latestIntent: { seq: 9, at: now } },
    ],
  ])('%s', (_, facts) => {
    expect(decideScheduleStart(due, facts, now)).toEqual({ outcome: 'start' });
  });

  test('by its lead before the open', () => {
    expect(decideScheduleStart(due, stoppedFacts, at('07:55:00'))).toEqual({ outcome: 'start' });
  });

  test('at any time within the window, however late the event comes', () => {
    expect(decideScheduleStart(due, stoppedFacts, at('18:59:59'))).toEqual({ outcome: 'start' });
  });

  test('where the window never closes', () => {
    const always = { ...due, validUntil: null };
    expect(decideScheduleStart(always, stoppedFacts, now)).toEqual({ outcome: 'start' });
  });
});

describe('a window opens, and that is void', () => {
  test.each<[string, AutomaticFacts, Date]>([
    ['ending', withStatus({ desired: 'terminated' }), now],
    ['ending', withStatus({ state: 'terminated', desired: 'terminated' }), now],
    ['ending', withStatus({ state: 'terminating' }), now],
    ['over', stoppedFacts, at('19:00:00')],
    ['not-scheduled', { ...stoppedFacts, schedule: alwaysOff }, now],
    ['not-scheduled', { ...stoppedFacts, schedule: alwaysOff }, at('07:55:00')],
    ['paused', { ...stoppedFacts, pauseUntil: at('08:00:11') }, now],
    ['in-error', withStatus({ state: 'error' }), now],
    ['in-error', withStatus({ state: 'error', desired: 'running' }), now],
    ['already-wanted', withStatus({ desired: 'running' }), now],
    ['already-wanted', withStatus({ state: 'running', desired: 'running' }), now],
    ['kept-off', stoppedAt(at('07:55:00')), now],
    ['kept-off', stoppedAt(at('08:00:05')), now],
    [
      'kept-off',
      { ...withStatus({ state: 'stopping' }), latestWish: { wish: 'off', at: at('08:00:05') } },
      now,
    ],
    ['was-in-error', withStatus({ desiredCause: 'reconciler', stateSince: at('12:10:00') }), at('12:15:00')],
  ])('%s', (why, facts, time) => {
    expect(decideScheduleStart(due, facts, time)).toEqual({ outcome: 'void', why });
  });
});

describe('whatever the situation', () => {
  const anyFacts = factsNear(stoppedFacts);
  const started = (facts: AutomaticFacts, time: Date) =>
    decideScheduleStart(due, facts, time).outcome === 'start';

  /** Every start that is decided anywhere; there are hundreds. */
  function everyStart(holds: (facts: AutomaticFacts, time: Date) => void): void {
    let starts = 0;
    const look = (facts: AutomaticFacts, time: Date) => {
      if (!started(facts, time)) return;
      starts += 1;
      holds(facts, time);
    };
    fc.assert(fc.property(anyFacts, anyTime, look), { numRuns: 3_000 });
    expect(starts).toBeGreaterThan(200);
  }

  test('a desktop that a person stopped in this window stays off until they want it up again', () => {
    everyStart(({ latestWish }) => {
      expect(latestWish?.wish === 'off' && latestWish.at >= due.keepOffFrom).toBe(false);
    });
  });

  test('nothing starts when its window is over, while it is paused, or while it ends', () => {
    everyStart(({ status, pauseUntil }, time) => {
      expect(time < due.validUntil).toBe(true);
      expect(pauseUntil === null || pauseUntil <= time).toBe(true);
      expect([status.state, status.desired]).not.toContain('terminated');
    });
  });

  test('handled again after it has taken effect, the event is void', () => {
    everyStart((facts, time) => {
      const { set } = startBySchedule(facts.status, due.validUntil);
      expect(started({ ...facts, status: { ...facts.status, ...set } }, time)).toBe(false);
    });
  });
});
