import type { SessionState } from '@deskfleet/contracts';
import type { AwsFailure } from './reasons.ts';

/** The calls that change whether a machine runs. The three ways to stop travel apart: their flags are the call's. */
export const powerCalls = ['start', 'stop', 'force-stop', 'hibernate', 'reboot', 'terminate'] as const;
export type PowerCall = (typeof powerCalls)[number];

/** The state that a session is in once AWS has accepted the call. */
export function stateAfterCall(call: PowerCall): SessionState {
  switch (call) {
    case 'start':
      return 'provisioning';
    case 'stop':
    case 'force-stop':
      return 'stopping';
    case 'hibernate':
      return 'hibernating';
    case 'reboot':
      return 'starting';
    case 'terminate':
      return 'terminating';
    default:
      return call satisfies never;
  }
}

/** A refusal that may pass is tried this often; with the delays of `retryDelaySeconds` that is two to four minutes. */
const tries = 8;

/** What is known of a call that AWS has refused. */
export interface RefusedCall {
  call: PowerCall;
  failure: AwsFailure;
  /** In a row, this one included. */
  failedCalls: number;
  /** Machines of this kind may have none free for so long. */
  capacityWindowOver: boolean;
}

/**
 * Whether to go on trying. Stopping and terminating never give up, since the machine bills on; starting, hibernating and
 * rebooting do: the session stays as it was, and its owner is told.
 */
export function givesUp({ call, failure, failedCalls, capacityWindowOver }: RefusedCall): boolean {
  if (call === 'stop' || call === 'force-stop' || call === 'terminate') return false;
  switch (failure.kind) {
    case 'throttled':
    case 'unclear':
      return false;
    case 'capacity':
    case 'limit':
      return capacityWindowOver;
    case 'incorrect-state':
    case 'not-found':
      // A start is repeated until EC2 has noticed the stop; a machine that is not ready to hibernate may never be.
      return call !== 'start' && failedCalls >= tries;
    // Credentials expire and are renewed.
    case 'unauthorized':
      return failedCalls >= tries;
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
