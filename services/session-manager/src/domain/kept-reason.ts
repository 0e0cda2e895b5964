import type { SessionState, StateReason } from '@deskfleet/contracts';
import { fallbackTypeCode, hibernationReasons, idleReasons } from './reasons.ts';
import type { SessionStatus } from './session-status.ts';
import { wantsRest } from './step-facts.ts';

type Kept = Pick<SessionStatus, 'reason' | 'desired' | 'desiredCause' | 'firstBoot'>;

/** The reason that a session takes along into a state; of other reasons nobody need know there any more. */
export function keptReason(to: SessionState, status: Kept): StateReason | null {
  switch (to) {
    case 'starting':
    case 'running':
      return keptOnTheWayUp(status);
    case 'stopping':
    case 'hibernating':
    case 'stopped':
    case 'hibernated':
      return keptOnTheWayDown(status);
    case 'terminating':
    case 'terminated':
      return keptOnTheWayOut(status);
    case 'requested':
    case 'provisioning':
    case 'resizing':
    case 'error':
      return null;
    default:
      return to satisfies never;
  }
}

/** A desktop is stopped that could not hibernate. That nobody used it is told as well, where it was to rest for that. */
export function fellBackReason(status: Kept): StateReason {
  const { code, sentence } = hibernationReasons.fellBack;
  const kept = keptOnTheWayDown(status);
  return { code, sentence: kept ? `${kept.sentence} ${sentence}` : sentence };
}

/** That a desktop came up on another type than was asked for stays worth knowing. */
function keptOnTheWayUp({ reason, firstBoot }: Kept): StateReason | null {
  return firstBoot && reason?.code === fallbackTypeCode ? reason : null;
}

const tellsOfIdleness: ReadonlySet<string> = new Set([
  idleReasons.unused.code,
  hibernationReasons.fellBack.code,
]);

/** An owner who finds a desktop stopped must not have to guess why, even if a refusal of AWS came in between. */
function keptOnTheWayDown({ reason, desired, desiredCause }: Kept): StateReason | null {
  if (desiredCause !== 'idle' || !wantsRest(desired)) return null;
  return reason !== null && tellsOfIdleness.has(reason.code) ? reason : idleReasons.unused;
}

/** Why a desktop ends that nobody asked to end is told to the last. */
function keptOnTheWayOut({ reason, desiredCause }: Kept): StateReason | null {
  return desiredCause === 'expiry' ? reason : null;
}
