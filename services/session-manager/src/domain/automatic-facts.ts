import type { PersonsWish, Schedule } from '@deskfleet/contracts';
import type { SessionStatus } from './session-status.ts';

/**
 * What decides whether a session may be started, stopped or ended unasked: read under the session's lock, after every
 * intent has been applied. Events may come late, twice or in the wrong order; the record does not.
 */
export interface AutomaticFacts {
  status: SessionStatus;
  schedule: Schedule;
  scheduleChangedAt: Date;
  keepRunningUntil: Date | null;
  pauseUntil: Date | null;
  overridesChangedAt: Date | null;
  /** Whether the desktop is to be stopped when a window closes, and whether that is its own setting or its profile's. */
  stopAtClose: { wanted: boolean; isOwn: boolean };
  latestIntent: { seq: number; at: Date };
  /** What a person wanted last, by an intent or at EC2's console. */
  latestWish: PersonsWish | null;
  /** When a connection was last authorised. */
  connectedAt: Date | null;
}

/** The causes of what a clock or a rule wants: nobody has asked for it. */
const automaticCauses = ['schedule', 'idle', 'expiry'] as const;

export function isAutomatic({ desiredCause }: Pick<SessionStatus, 'desiredCause'>): boolean {
  return automaticCauses.some((cause) => cause === desiredCause);
}

export function isEnding({ state, desired }: SessionStatus): boolean {
  return desired === 'terminated' || state === 'terminating' || state === 'terminated';
}

export function isAtRestState({ state }: SessionStatus): boolean {
  return state === 'stopped' || state === 'hibernated';
}

/** Where an automatic stop brings a desktop: each by its own method, as it was launched. */
export function restFor({ hibernation }: Pick<SessionStatus, 'hibernation'>): 'stopped' | 'hibernated' {
  return hibernation ? 'hibernated' : 'stopped';
}

/** Whether this still lies ahead. */
export function isAhead(at: Date | null, now: Date): boolean {
  return at !== null && at > now;
}

/** Whether an observation may not know of this: at the same instant it may have come before it or after it. */
export function isSince(at: Date | null, observedAt: Date): boolean {
  return at !== null && at >= observedAt;
}
