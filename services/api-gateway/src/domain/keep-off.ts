import { effectiveOpen, externalCause, lastTransition, scheduledAt } from '@deskfleet/contracts';
import { commandContextOf, isIntentPending, type SessionRecord } from './session-record.ts';

/**
 * Who keeps a session off although it is within its hours: the cause of a stop by a person since these began, which the
 * machine does not fight. Null: nobody does. (The minutes by which the scheduler starts early are not known here: a stop in
 * them keeps the session off as well, which is not told.)
 */
export function keptOffBy(session: SessionRecord, now: Date): string | null {
  const { desired } = commandContextOf(session);
  const isAtRest = desired === 'stopped' || desired === 'hibernated';
  const stop = isAtRest ? latestStop(session) : null;
  if (!stop || !isOfPerson(stop.cause) || !scheduledAt(session.scheduling.schedule, now)) return null;
  const { schedule } = session.scheduling;
  const since = effectiveOpen(lastTransition(schedule, now)?.at ?? null, session.scheduling, now);
  return since === null || stop.at >= since ? stop.cause : null;
}

/** What made the session rest, and when. */
function latestStop(session: SessionRecord): { cause: string; at: Date } | null {
  const { latestIntent, runtime } = session;
  if (isIntentPending(session)) return latestIntent;
  if (!runtime) return null;
  const { desiredCause: cause, stateSince } = runtime;
  // Somebody at EC2's console leaves no intent.
  return {
    cause,
    at: cause !== externalCause && latestIntent.kind === 'stop' ? latestIntent.at : stateSince,
  };
}

function isOfPerson(cause: string): boolean {
  return cause === externalCause || cause.startsWith('user:') || cause.startsWith('admin:');
}
