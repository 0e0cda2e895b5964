import { describeInstant, type Session, scheduledAt, unknownChecksToAlert } from '@deskfleet/contracts';
import { type IdleFinding, isEnding, type SessionRecord, stateOf } from './session-record.ts';

type Idle = Session['idle'];

/** Whether the session is used, as far as is known: what was found before its state began is of another life. */
export function describeIdle(session: SessionRecord, now: Date): Idle {
  const { runtime, idleFinding: finding } = session;
  if (isEnding(session)) return notChecked('It has ended, or is about to.');
  if (runtime === null || stateOf(session) !== 'running') return notChecked('It is checked while it runs.');
  if (finding === null || finding.checkedAt < runtime.stateSince) {
    return notChecked(whyNotStopped(session, now) ?? 'It has not been checked since it started.');
  }
  const found = {
    checkedAt: finding.checkedAt.toISOString(),
    needsAttention: finding.unknownChecks >= unknownChecksToAlert,
  };
  const overtakenBy = finding.stopsAt === null ? null : whatOvertakes(session, finding, now);
  if (overtakenBy !== null) {
    return { ...found, status: 'active', since: null, stopsAt: null, sentence: overtakenBy };
  }
  const isStopping = holds(finding);
  return {
    ...found,
    status: isStopping ? 'idle' : finding.status,
    since: finding.idleSince?.toISOString() ?? null,
    stopsAt: isStopping ? (finding.stopsAt?.toISOString() ?? null) : null,
    sentence: finding.sentence,
  };
}

function notChecked(sentence: string): Idle {
  return {
    status: 'not-checked',
    since: null,
    stopsAt: null,
    sentence,
    checkedAt: null,
    needsAttention: false,
  };
}

/** Whether the owner has been told that it stops. What could not be told in between stops nothing. */
function holds({ status, warnedAt }: IdleFinding): boolean {
  return status === 'idle' || (status === 'active' && warnedAt !== null);
}

/** Why no stop follows from what was found; null: nothing has changed since. */
function whatOvertakes(
  session: SessionRecord,
  { checkedAt, stopsAt }: IdleFinding,
  now: Date,
): string | null {
  const { keepRunningUntil, overridesChangedAt } = session.scheduling;
  const isKept = keepRunningUntil !== null && stopsAt !== null && keepRunningUntil > stopsAt;
  // A change of the overrides voids every stop that was decided before it, whatever it sets.
  const isVoid = overridesChangedAt !== null && overridesChangedAt > checkedAt;
  const reason = whyNotStopped(session, now);
  if (isKept || isVoid) return reason ?? 'It is checked again: what keeps it running has changed.';
  return scheduledAt(session.scheduling.schedule, now) ? reason : null;
}

/** What forbids to stop it for being idle, for as long as it holds. */
function whyNotStopped({ scheduling }: SessionRecord, now: Date): string | null {
  const { keepRunningUntil, schedule } = scheduling;
  if (keepRunningUntil !== null && keepRunningUntil > now) {
    return `Kept running until ${describeInstant(keepRunningUntil, schedule.timezone, now)}.`;
  }
  return scheduledAt(schedule, now) ? 'Within its hours it is not stopped for being idle.' : null;
}
