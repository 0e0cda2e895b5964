import {
  type DesiredState,
  desiredStates,
  type PersonsWish,
  type SessionState,
  sessionStates,
  type Wish,
} from '@deskfleet/contracts';
import fc from 'fast-check';
import type { AutomaticFacts } from '../src/domain/automatic-facts.ts';
import { runningStatus } from './example-session.ts';
import { alwaysOff, daily } from './schedules.ts';

/** A time of the day on which the examples play. */
export const at = (time: string): Date => new Date(`2026-11-25T${time}Z`);

/** A desktop that Alice stopped yesterday, on a schedule of 08:00 to 19:00 UTC; tests change what matters to them. */
export const stoppedFacts: AutomaticFacts = {
  status: {
    ...runningStatus,
    state: 'stopped',
    desired: 'stopped',
    stateSince: new Date('2026-11-24T19:05:00Z'),
    appliedSeq: 4,
  },
  schedule: daily,
  scheduleChangedAt: new Date('2026-11-01T09:00:00Z'),
  keepRunningUntil: null,
  pauseUntil: null,
  overridesChangedAt: null,
  stopAtClose: { wanted: false, isOwn: false },
  latestIntent: { seq: 4, at: new Date('2026-11-24T19:05:00Z') },
  latestWish: { wish: 'off', at: new Date('2026-11-24T19:05:00Z') },
  connectedAt: new Date('2026-11-24T09:00:00Z'),
};

/** A desktop that was started at this day's open, and is to be stopped at its close. */
export const runningFacts: AutomaticFacts = {
  ...stoppedFacts,
  status: { ...runningStatus, appliedSeq: 4, desiredCause: 'schedule', stateSince: at('08:02:00') },
  stopAtClose: { wanted: true, isOwn: false },
};

const times = [
  '07:50:00',
  '07:59:59',
  '08:00:00',
  '08:00:01',
  '12:00:00',
  '18:59:59',
  '19:00:00',
  '19:00:20',
];
export const anyTime = fc.constantFrom(...times, '19:01:00', '19:02:21', '19:30:00', '23:00:00').map(at);
const maybeTime = fc.option(anyTime, { nil: null });

/** Mostly as it is, so that rules that many facts must fulfil are met often enough to be tested. */
function near<Value>(value: Value, any: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: any });
}

const anyDesired = fc.constantFrom<DesiredState>(...desiredStates);
const anyCause = fc.constantFrom('user:alice', 'schedule', 'external', 'reconciler', 'expiry');
const anyIntent = fc.record({ seq: fc.integer({ min: 4, max: 5 }), at: anyTime });
const anyWish = fc.record({ wish: fc.constantFrom<Wish>('up', 'off'), at: anyTime });

/** Situations that differ from this one in anything whatever. */
export function factsNear(facts: AutomaticFacts): fc.Arbitrary<AutomaticFacts> {
  const { status } = facts;
  return fc.record({
    status: fc
      .record({
        state: near(status.state, fc.constantFrom<SessionState>(...sessionStates)),
        desired: near(status.desired, anyDesired),
        desiredCause: near(status.desiredCause, anyCause),
        stateSince: near(status.stateSince, anyTime),
        hibernation: fc.boolean(),
      })
      .map((difference) => ({ ...status, ...difference })),
    schedule: near(facts.schedule, fc.constant(alwaysOff)),
    scheduleChangedAt: near(facts.scheduleChangedAt, anyTime),
    keepRunningUntil: near(facts.keepRunningUntil, maybeTime),
    pauseUntil: near(facts.pauseUntil, maybeTime),
    overridesChangedAt: near(facts.overridesChangedAt, maybeTime),
    stopAtClose: near(facts.stopAtClose, fc.record({ wanted: fc.boolean(), isOwn: fc.boolean() })),
    latestIntent: near(facts.latestIntent, anyIntent),
    latestWish: near<PersonsWish | null>(facts.latestWish, fc.option(anyWish, { nil: null })),
    connectedAt: near(facts.connectedAt, maybeTime),
  });
}
