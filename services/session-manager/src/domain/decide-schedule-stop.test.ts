import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyTime, at, factsNear, runningFacts } from '../../test/example-facts.ts';
import type { AutomaticFacts } from './automatic-facts.ts';
import { type Connections, decideScheduleStop, type ScheduleStopDue } from './decide-schedule-stop.ts';
import type { SessionStatus } from './session-status.ts';

const due: ScheduleStopDue = {
  edgeAt: at('19:00:00'),
  validUntil: new Date('2026-11-26T08:00:00Z'),
  observedAt: at('19:00:10'),
  generation: 4,
  stopAtClose: true,
  evenIfConnected: false,
};
const ownersWish = { ...due, evenIfConnected: true };
const now = at('19:00:20');
const since = at('19:00:15');
const nobody = { connections: 0, now };
const withStatus = (status: Partial<SessionStatus>): AutomaticFacts => ({
  ...runningFacts,
  status: { ...runningFacts.status, ...status },
});
const own = (facts: AutomaticFacts): AutomaticFacts => ({
  ...facts,
  stopAtClose: { wanted: true, isOwn: true },
});

describe('a window has closed, and the desktop', () => {
  test('is stopped once its host says that nobody is connected', () => {
    expect(decideScheduleStop(due, runningFacts, { connections: 'not-asked', now })).toEqual({
      outcome: 'ask-host',
    });
    expect(decideScheduleStop(due, runningFacts, nobody)).toEqual({ outcome: 'stop', to: 'stopped' });
  });

  test('hibernates where it can', () => {
    expect(decideScheduleStop(due, withStatus({ hibernation: true }), nobody)).toEqual({
      outcome: 'stop',
      to: 'hibernated',
    });
  });

  test.each<Connections>(['not-asked', null, 3])(
    'is stopped without asking where its owner wants it even then (connections: %s)',
    (connections) => {
      expect(decideScheduleStop(ownersWish, own(runningFacts), { connections, now })).toEqual({
        outcome: 'stop',
        to: 'stopped',
      });
    },
  );

  test.each(['requested', 'provisioning', 'starting'] as const)(
    'is stopped on its way up (%s) where its owner wants it even if connected',
    (state) => {
      const facts = own(withStatus({ state }));
      expect(decideScheduleStop(ownersWish, facts, { connections: 'not-asked', now }).outcome).toBe('stop');
    },
  );
});

describe('a window has closed, and that is void', () => {
  test.each<[string, AutomaticFacts, Partial<ScheduleStopDue>, Connections?]>([
    ['ending', withStatus({ desired: 'terminated' }), {}],
    ['left-to-idleness', runningFacts, { stopAtClose: false }],
    // The setting was taken back since.
    ['left-to-idleness', { ...runningFacts, stopAtClose: { wanted: false, isOwn: true } }, {}],
    ['not-running', withStatus({ desired: 'stopped' }), {}],
    ['not-running', withStatus({ state: 'error' }), {}],
    ['not-running', withStatus({ state: 'stopped' }), {}],
    ['over', runningFacts, { validUntil: now }],
    ['observation-too-old', runningFacts, { observedAt: at('18:58:19') }],
    ['asked-since', { ...runningFacts, latestIntent: { seq: 5, at: at('19:00:05') } }, {}],
    ['asked-since', { ...runningFacts, latestIntent: { seq: 4, at: since } }, {}],
    ['wanted-since-close', { ...runningFacts, latestWish: { wish: 'up', at: at('19:00:05') } }, {}],
    ['overrides-changed', { ...runningFacts, overridesChangedAt: since }, {}],
    ['kept-running', { ...runningFacts, keepRunningUntil: at('20:00:00') }, {}],
    ['schedule-changed', { ...runningFacts, scheduleChangedAt: since }, {}],
    ['connected-since', { ...runningFacts, connectedAt: since }, {}],
    ['connected', runningFacts, {}, 1],
    ['connections-unknown', runningFacts, {}, null],
    ['connections-unknown', withStatus({ state: 'starting' }), {}, 'not-asked'],
    // That the owner wanted it even then was taken back: now it is only what the profile says.
    ['connected', runningFacts, { evenIfConnected: true }, 1],
  ])('%s', (why, facts, difference, connections = 0) => {
    const decision = decideScheduleStop({ ...due, ...difference }, facts, { connections, now });
    expect(decision).toEqual({ outcome: 'void', why });
  });

  test('scheduled: a stop of last night does not end this morning’s window', () => {
    const early = at('08:00:30');
    const facts = { ...runningFacts, latestWish: null };
    const lastNight = { ...due, validUntil: null, observedAt: at('08:00:29') };
    expect(decideScheduleStop(lastNight, facts, { connections: 0, now: early })).toEqual({
      outcome: 'void',
      why: 'scheduled',
    });
  });
});

describe('whatever the situation, nothing is stopped', () => {
  const anyDue = fc.record({
    edgeAt: fc.constant(due.edgeAt),
    validUntil: fc.constant(due.validUntil),
    observedAt: fc.oneof(fc.constant(due.observedAt), anyTime),
    generation: fc.integer({ min: 4, max: 5 }),
    stopAtClose: fc.constant(true),
    evenIfConnected: fc.boolean(),
  });
  const anyConnections = fc.constantFrom<Connections>('not-asked', null, 0, 1);

  const anyNow = fc.oneof(fc.constant(now), anyTime);
  type Holds = (stop: ScheduleStopDue, facts: AutomaticFacts, connections: Connections, time: Date) => void;

  /** Every stop that is decided anywhere; there are hundreds. */
  function everyStop(holds: Holds): void {
    let stops = 0;
    const look: Holds = (stop, facts, connections, time) => {
      const { outcome } = decideScheduleStop(stop, facts, { connections, now: time });
      if (outcome !== 'stop') return;
      stops += 1;
      holds(stop, facts, connections, time);
    };
    const anything = fc.property(anyDue, factsNear(runningFacts), anyConnections, anyNow, look);
    fc.assert(anything, { numRuns: 10_000 });
    expect(stops).toBeGreaterThan(200);
  }

  test('of which anybody has wanted anything since it was decided', () => {
    everyStop((stop, { latestIntent, overridesChangedAt, connectedAt, scheduleChangedAt }) => {
      expect(latestIntent.seq <= stop.generation && latestIntent.at <= stop.observedAt).toBe(true);
      for (const change of [overridesChangedAt, connectedAt, scheduleChangedAt]) {
        expect(change === null || change <= stop.observedAt).toBe(true);
      }
    });
  });

  test('that is kept running, or that somebody wanted up after the close', () => {
    everyStop((stop, { keepRunningUntil, latestWish }, _, time) => {
      expect(keepRunningUntil === null || keepRunningUntil <= time).toBe(true);
      expect(latestWish?.wish === 'up' && latestWish.at >= stop.edgeAt).toBe(false);
    });
  });

  test('while somebody may be connected, unless its own setting says so', () => {
    everyStop((stop, { stopAtClose }, connections) => {
      if (connections !== 0) expect(stop.evenIfConnected && stopAtClose.isOwn).toBe(true);
    });
  });
});
