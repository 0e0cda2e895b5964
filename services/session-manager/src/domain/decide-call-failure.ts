import type { SessionState } from '@deskfleet/contracts';
import type { AwsFailure } from './reasons.ts';

export type PowerCall = 'start' | 'stop' | 'terminate';

/** The state that a session is in once AWS has accepted the call. */
export function stateAfterCall(call: PowerCall): SessionState {
  switch (call) {
    case 'start':
      return 'provisioning';
    case 'stop':
      return 'stopping';
    case 'terminate':
      return 'terminating';
    default:
      return call satisfies never;
  }
}

/** A start that AWS refuses is tried this often; with the delays of `retryDelaySeconds` that is two to four minutes. */
const startTries = 8;

/**
 * Whether to go on trying. Stopping and terminating never give up, since the machine bills on; a start does, and the
 * session stays stopped with the reason.
 */
export function givesUp(call: PowerCall, failure: AwsFailure, failedCalls: number): boolean {
  if (call !== 'start') return false;
  switch (failure.kind) {
    case 'throttled':
    case 'unclear':
    case 'incorrect-state':
    case 'not-found':
      return false;
    case 'capacity':
    case 'limit':
    // Credentials expire and are renewed.
    case 'unauthorized':
      return failedCalls >= startTries;
    default:
      return true;
  }
}

const firstDelaySeconds = 2;
const longestDelaySeconds = 120;

/**
 * How long to wait after so many failures in a row (1 = the first): doubling, with jitter so that many desktops refused
 * at once do not come back at once. `random` is in [0, 1).
 */
export function retryDelaySeconds(failedCalls: number, random: number): number {
  const full = Math.min(longestDelaySeconds, firstDelaySeconds * 2 ** (failedCalls - 1));
  return full / 2 + (full / 2) * random;
}
