import type { StateReason } from '@deskfleet/contracts';
import type { Logger } from '@deskfleet/runtime';
import { isAtRestState, isAutomatic } from '../domain/automatic-facts.ts';
import { idleReasons } from '../domain/reasons.ts';
import type { PendingStop, SessionStatus } from '../domain/session-status.ts';
import type { ChangeAutomatically, StatusChange, StatusFields } from './session-store.ts';

/** What other services say is due or idle is acted on, or is void: that is no error, and the log says why. */
export interface AutomaticDeps {
  change: ChangeAutomatically;
  logger: Logger;
}

/** What every new wish resets, whoever has it: nothing that was tried for the wish before it counts. */
export const freshWish = {
  failedCalls: 0,
  retryAt: null,
  reason: null,
  capacityRoundAt: null,
  pendingStop: null,
  startUntil: null,
} as const satisfies StatusFields;

/** Nobody's request stands behind it, so that what follows is not told as the answer to one. */
const unasked = {
  ...freshWish,
  targetObserved: false,
  forceStop: false,
  rebootWanted: false,
  correlationId: null,
} as const satisfies StatusFields;

export function startBySchedule(status: SessionStatus, validUntil: Date | null): StatusChange {
  return {
    set: {
      ...unasked,
      desired: 'running',
      desiredCause: 'schedule',
      startUntil: validUntil,
      ...(isAtRestState(status) && { deadlineAt: null }),
    },
  };
}

export function stopBySchedule(to: 'stopped' | 'hibernated'): StatusChange {
  return { set: { ...unasked, desired: to, desiredCause: 'schedule', endsAccess: true } };
}

/** `sentence`: what was found, for the owner. */
export function stopAsIdle(to: 'stopped' | 'hibernated', sentence: string): StatusChange {
  const reason = { code: idleReasons.unused.code, sentence };
  return { set: { ...unasked, desired: to, desiredCause: 'idle', reason, endsAccess: true } };
}

/** The stop waits until the host has been asked who is connected. */
export function askBeforeStop(pendingStop: PendingStop): StatusChange {
  return { set: { pendingStop } };
}

export function terminateAsExpired(reason: StateReason): StatusChange {
  return {
    set: {
      ...unasked,
      desired: 'terminated',
      desiredCause: 'expiry',
      reason,
      resizeTo: null,
      endsAccess: true,
    },
  };
}

/**
 * How it is told that a start or stop could not be done: as the rejection of the intent that asked for it or, where
 * nobody asked, as a change that failed.
 */
export function toldAsFailed(
  status: SessionStatus,
  { change, reason }: { change: 'start' | 'stop'; reason: StateReason },
): Pick<StatusChange, 'rejects' | 'fails'> {
  return isAutomatic(status) ? { fails: { change, reason } } : { rejects: { kind: change, reason } };
}
