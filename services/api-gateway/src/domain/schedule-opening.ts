import { nextTransition, type Schedule, scheduledAt } from '@deskfleet/contracts';

/**
 * Whether an edit of the schedule counts as an open: it brings the session into its hours, or leaves it in hours that never
 * close, in which there is no other open to wait for. A session that was stopped by hand is started again then.
 */
export function opensBy({ before, after }: { before: Schedule; after: Schedule }, now: Date): boolean {
  if (!scheduledAt(after, now)) return false;
  return !scheduledAt(before, now) || nextTransition(after, now) === null;
}

/** Whether a change of the pause counts as an open: the pause held, holds no more, and the session is in its hours. */
export function opensByEndOfPause(
  { schedule, before, after }: { schedule: Schedule; before: Date | null; after: Date | null },
  now: Date,
): boolean {
  const holds = (pauseUntil: Date | null) => pauseUntil !== null && pauseUntil > now;
  return holds(before) && !holds(after) && scheduledAt(schedule, now);
}
