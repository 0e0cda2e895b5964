import type { SessionState } from '@deskfleet/contracts';

/** An instance with our cluster tag that no session calls its own, and what our records say of it. */
export interface StrayFacts {
  /** The launch attempt with the instance's client token. */
  attempt: { state: 'open' | 'accepted' | 'refused' } | null;
  /** State of the session that the instance's tag names; null when there is no such session. */
  sessionState: SessionState | null;
  /** The session has an instance, another one. */
  sessionHasInstance: boolean;
}

export type StrayDecision = 'adopt' | 'terminate' | 'report';

/**
 * What to do with such an instance. Only what our records positively say to be superfluous is terminated: a database
 * restored from yesterday must not kill today's desktops.
 */
export function decideStray({ attempt, sessionState, sessionHasInstance }: StrayFacts): StrayDecision {
  if (attempt?.state === 'open' && !sessionHasInstance) return 'adopt';
  if (attempt?.state === 'refused') return 'terminate';
  if (sessionState === 'terminated') return 'terminate';
  return 'report';
}
