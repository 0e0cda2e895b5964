import { isKeptOff, scheduledAt } from '@deskfleet/contracts';
import { type AutomaticFacts, isAhead, isEnding } from './automatic-facts.ts';

/** A window of the schedule opens (ScheduleStartDue). */
export interface ScheduleStartDue {
  /** The open, which a start lead may precede. */
  edgeAt: Date;
  /** The close; null: there is none. */
  validUntil: Date | null;
  /** A desktop that somebody stopped at this instant or later stays off. */
  keepOffFrom: Date;
}

export type ScheduleStartDecision =
  | { outcome: 'start' }
  | { outcome: 'void'; why: NonNullable<ReturnType<typeof whyNotStart>> };

/**
 * Whether a desktop starts because a window of its schedule opens. An intent that the event does not know of changes
 * nothing by itself: what people wanted is read from the record, and the last thing that they wanted counts.
 */
export function decideScheduleStart(
  due: ScheduleStartDue,
  facts: AutomaticFacts,
  now: Date,
): ScheduleStartDecision {
  const why = whyNotStart(due, facts, now);
  return why === null ? { outcome: 'start' } : { outcome: 'void', why };
}

function whyNotStart(
  { edgeAt, validUntil, keepOffFrom }: ScheduleStartDue,
  facts: AutomaticFacts,
  now: Date,
) {
  const { status, schedule, pauseUntil, latestWish } = facts;
  if (isEnding(status)) return 'ending';
  if (validUntil !== null && now >= validUntil) return 'over';
  // Before the open, by the start lead, the open is what counts.
  if (!scheduledAt(schedule, now < edgeAt ? edgeAt : now)) return 'not-scheduled';
  if (isAhead(pauseUntil, now)) return 'paused';
  if (status.state === 'error') return 'in-error';
  if (status.desired === 'running') return 'already-wanted';
  if (isKeptOff(latestWish, keepOffFrom)) return 'kept-off';
  // It was in error, in this window, until it was stopped for that: to start it again and again would help nobody.
  if (status.desiredCause === 'reconciler' && status.stateSince >= keepOffFrom) return 'was-in-error';
  return null;
}
