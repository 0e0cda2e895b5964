import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyTime, at, factsNear, stoppedFacts } from '../../test/example-facts.ts';
import type { AutomaticFacts } from './automatic-facts.ts';
import { decideExpiry } from './decide-expiry.ts';
import type { SessionStatus } from './session-status.ts';

const { stateSince } = stoppedFacts.status;
const expiry = { stoppedSince: stateSince, observedAt: at('19:00:10'), generation: 4 };
const now = at('19:00:20');
const since = at('19:00:15');
const withStatus = (status: Partial<SessionStatus>): AutomaticFacts => ({
  ...stoppedFacts,
  status: { ...stoppedFacts.status, ...status },
});

describe('a desktop that was stopped for too long', () => {
  test('ends, whether it is stopped or hibernated', () => {
    expect(decideExpiry(expiry, stoppedFacts, now)).toEqual({ outcome: 'terminate' });
    const hibernated = withStatus({ state: 'hibernated', desired: 'hibernated' });
    expect(decideExpiry(expiry, hibernated, now)).toEqual({ outcome: 'terminate' });
  });

  test('ends when its pause has passed', () => {
    expect(decideExpiry(expiry, { ...stoppedFacts, pauseUntil: now }, now)).toEqual({ outcome: 'terminate' });
  });

  test.each<[string, AutomaticFacts]>([
    ['ending', withStatus({ desired: 'terminated' })],
    ['not-stopped', withStatus({ state: 'running', desired: 'running' })],
    ['not-stopped', withStatus({ state: 'error' })],
    ['stopped-at-another-time', withStatus({ stateSince: new Date(stateSince.getTime() + 1) })],
    ['to-be-started', withStatus({ desired: 'running', desiredCause: 'schedule' })],
    ['asked-since', { ...stoppedFacts, latestIntent: { seq: 5, at: at('19:00:05') } }],
    ['asked-since', { ...stoppedFacts, latestIntent: { seq: 4, at: since } }],
    ['paused', { ...stoppedFacts, pauseUntil: at('19:00:21') }],
    ['overrides-changed', { ...stoppedFacts, overridesChangedAt: since }],
    ['schedule-changed', { ...stoppedFacts, scheduleChangedAt: since }],
  ])('is left alone: %s', (why, facts) => {
    expect(decideExpiry(expiry, facts, now)).toEqual({ outcome: 'void', why });
  });

  test('whatever the situation, nothing ends that has not been at rest since then, or that anybody wanted since', () => {
    let ends = 0;
    const look = (facts: AutomaticFacts, observedAt: Date, time: Date) => {
      if (decideExpiry({ ...expiry, observedAt }, facts, time).outcome === 'void') return;
      ends += 1;
      const { status, latestIntent, pauseUntil } = facts;
      expect(['stopped', 'hibernated']).toContain(status.state);
      expect(['stopped', 'hibernated']).toContain(status.desired);
      expect(status.stateSince).toEqual(expiry.stoppedSince);
      expect(latestIntent.seq).toBe(4);
      expect(latestIntent.at <= observedAt).toBe(true);
      expect(pauseUntil === null || pauseUntil <= time).toBe(true);
    };
    fc.assert(fc.property(factsNear(stoppedFacts), anyTime, anyTime, look), { numRuns: 5_000 });
    expect(ends).toBeGreaterThan(200);
  });
});
