import { type AutomaticFacts, isAhead, isAtRestState, isEnding, isSince } from './automatic-facts.ts';

/** A session has been stopped for longer than the deployment keeps it (StoppedTooLong). */
export interface StoppedTooLong {
  stoppedSince: Date;
  /** When it was decided, and the latest intent that was known then. */
  observedAt: Date;
  generation: number;
}

export type ExpiryDecision =
  | { outcome: 'terminate' }
  | { outcome: 'void'; why: NonNullable<ReturnType<typeof whyNotTerminate>> };

/**
 * Whether a desktop ends because it was stopped for too long, and its disk with it: so only if it has been at rest ever
 * since, nobody and nothing wants it up, and nothing that its expiry was reckoned by has changed.
 */
export function decideExpiry(expiry: StoppedTooLong, facts: AutomaticFacts, now: Date): ExpiryDecision {
  const why = whyNotTerminate(expiry, facts, now);
  return why === null ? { outcome: 'terminate' } : { outcome: 'void', why };
}

function whyNotTerminate(
  { stoppedSince, observedAt, generation }: StoppedTooLong,
  facts: AutomaticFacts,
  now: Date,
) {
  const { status, latestIntent } = facts;
  if (isEnding(status)) return 'ending';
  if (!isAtRestState(status)) return 'not-stopped';
  if (status.stateSince.getTime() !== stoppedSince.getTime()) return 'stopped-at-another-time';
  if (status.desired === 'running') return 'to-be-started';
  if (latestIntent.seq > generation || latestIntent.at > observedAt) return 'asked-since';
  if (isAhead(facts.pauseUntil, now)) return 'paused';
  if (isSince(facts.overridesChangedAt, observedAt)) return 'overrides-changed';
  // By another schedule it might start within days, which defers the expiry.
  if (isSince(facts.scheduleChangedAt, observedAt)) return 'schedule-changed';
  return null;
}
