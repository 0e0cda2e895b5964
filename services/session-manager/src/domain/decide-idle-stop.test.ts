import { scheduledAt, weekOf } from '@deskfleet/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyTime, at, factsNear, runningFacts } from '../../test/example-facts.ts';
import { alwaysOff } from '../../test/schedules.ts';
import type { AutomaticFacts } from './automatic-facts.ts';
import { decideIdleStop } from './decide-idle-stop.ts';
import type { SessionStatus } from './session-status.ts';
import type { StopObservation } from './why-overtaken.ts';

const detected: StopObservation = { observedAt: at('21:25:00'), generation: 4 };
const now = at('21:25:20');
const since = at('21:25:10');
const withStatus = (status: Partial<SessionStatus>): AutomaticFacts => ({
  ...runningFacts,
  status: { ...runningFacts.status, ...status },
});

describe('a desktop that nobody uses', () => {
  test.each([
    [false, 'stopped'],
    [true, 'hibernated'],
  ] as const)('can hibernate: %s; it becomes %s', (hibernation, to) => {
    expect(decideIdleStop(detected, withStatus({ hibernation }), now)).toEqual({ outcome: 'stop', to });
  });

  test.each<[string, Partial<AutomaticFacts>]>([
    ['everything known happened just before it was looked at', allAt(at('21:24:59'))],
    ['it is not to stop at its close', { stopAtClose: { wanted: false, isOwn: true } }],
    ['somebody started it after its window', { latestWish: { wish: 'up', at: at('20:10:00') } }],
    ['a start by the schedule is paused', { pauseUntil: at('23:00:00') }],
    ['it was kept running until now', { keepRunningUntil: now }],
  ])('is stopped: %s', (_, difference) => {
    expect(decideIdleStop(detected, { ...runningFacts, ...difference }, now).outcome).toBe('stop');
  });

  test('is stopped by an observation that is two minutes old', () => {
    expect(decideIdleStop(detected, runningFacts, at('21:27:00')).outcome).toBe('stop');
  });
});

function allAt(time: Date): Partial<AutomaticFacts> {
  return {
    latestIntent: { seq: 4, at: time },
    latestWish: { wish: 'up', at: time },
    overridesChangedAt: time,
    scheduleChangedAt: time,
    connectedAt: time,
  };
}

describe('a desktop that was found idle, and that is void', () => {
  const { observedAt } = detected;
  test.each<[string, AutomaticFacts, Partial<StopObservation>?]>([
    ['ending', withStatus({ desired: 'terminated' })],
    ['ending', withStatus({ state: 'terminating' })],
    ['not-running', withStatus({ desired: 'stopped' })],
    ['not-running', withStatus({ desired: 'hibernated' })],
    ['not-running', withStatus({ state: 'starting' })],
    ['not-running', withStatus({ state: 'stopping', desired: 'running' })],
    ['not-running', withStatus({ state: 'error' })],
    ['scheduled', { ...runningFacts, schedule: { ...alwaysOff, week: weekOf({ type: 'run-all-day' }) } }],
    ['observation-too-old', runningFacts, { observedAt: at('21:23:19') }],
    ['observation-too-old', runningFacts, { observedAt: at('20:25:00') }],
    ['asked-since', { ...runningFacts, latestIntent: { seq: 5, at: at('21:24:00') } }],
    ['asked-since', { ...runningFacts, latestIntent: { seq: 4, at: since } }],
    ['asked-since', { ...runningFacts, latestWish: { wish: 'up', at: observedAt } }],
    ['overrides-changed', { ...runningFacts, overridesChangedAt: observedAt }],
    ['kept-running', { ...runningFacts, keepRunningUntil: at('22:00:00') }],
    ['schedule-changed', { ...runningFacts, scheduleChangedAt: observedAt }],
    ['connected-since', { ...runningFacts, connectedAt: observedAt }],
  ])('%s', (why, facts, difference) => {
    expect(decideIdleStop({ ...detected, ...difference }, facts, now)).toEqual({ outcome: 'void', why });
  });
});

describe('whatever the situation, nothing is stopped', () => {
  const anyDetected = fc.record({
    observedAt: fc.oneof(fc.constant(at('19:00:10')), anyTime),
    generation: fc.integer({ min: 4, max: 5 }),
  });
  const anyNow = fc.oneof(fc.constant(at('19:00:20')), anyTime);
  type Holds = (stop: StopObservation, facts: AutomaticFacts, time: Date) => void;

  /** Every stop that is decided anywhere; there are hundreds. */
  function everyStop(holds: Holds): void {
    let stops = 0;
    const look: Holds = (stop, facts, time) => {
      if (decideIdleStop(stop, facts, time).outcome !== 'stop') return;
      stops += 1;
      holds(stop, facts, time);
    };
    fc.assert(fc.property(anyDetected, factsNear(runningFacts), anyNow, look), { numRuns: 10_000 });
    expect(stops).toBeGreaterThan(200);
  }

  test('that does not run, or is not wanted so', () => {
    everyStop((_, { status: { state, desired } }) => {
      expect({ state, desired }).toEqual({ state: 'running', desired: 'running' });
    });
  });

  test('inside its schedule, or kept running', () => {
    everyStop((_, { schedule, keepRunningUntil }, time) => {
      expect(scheduledAt(schedule, time)).toBe(false);
      expect(keepRunningUntil === null || keepRunningUntil <= time).toBe(true);
    });
  });

  test('that anybody asked for, connected to or changed since it was looked at', () => {
    everyStop((stop, { latestIntent, latestWish, ...facts }) => {
      expect(latestIntent.seq <= stop.generation && latestIntent.at <= stop.observedAt).toBe(true);
      for (const change of [facts.connectedAt, facts.overridesChangedAt, facts.scheduleChangedAt]) {
        expect(change === null || change < stop.observedAt).toBe(true);
      }
      expect(latestWish?.wish === 'up' && latestWish.at >= stop.observedAt).toBe(false);
    });
  });

  test('that was looked at more than two minutes ago', () => {
    everyStop(({ observedAt }, _, time) => {
      expect(time.getTime() - observedAt.getTime()).toBeLessThanOrEqual(120_000);
    });
  });
});
