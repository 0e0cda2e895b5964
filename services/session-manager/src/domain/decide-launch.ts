import type { StateReason } from '@deskfleet/contracts';
import type { Place, RefusedPlace } from './choose-place.ts';
import { retryDelaySeconds } from './decide-call-failure.ts';
import { type AwsFailure, noCapacityReason, reasonOfFailure } from './reasons.ts';
import { after, type LifecycleSettings } from './settings.ts';

/** What is known of the attempt whose RunInstances has failed. */
export interface AttemptFacts {
  /** Not its first try. The answer to an earlier one is not known, or it would be recorded: an instance may exist. */
  isRepeat: boolean;
  openedAt: Date;
  now: Date;
}

export type LaunchFailureDecision =
  /** Repeat exactly this request: an instance may exist. */
  | { attempt: 'stays-open' }
  /** Find the instance by its client token. */
  | { attempt: 'look-up' }
  /** Nothing was launched by this try: a new attempt in another place is safe, once earlier tries are looked up. */
  | { attempt: 'refused'; next: 'other-place' | 'error'; lookUpFirst: boolean };

/** EC2's answers lag; what an earlier try has launched is found by its token within this time. */
const consistentAfterMinutes = 2;

/**
 * What a failed RunInstances means. Only a definite refusal closes the attempt: client tokens are zonal, so a second
 * attempt beside one that may have succeeded could launch twice (lifecycle.md, "Launching exactly once").
 */
export function decideLaunchFailure(failure: AwsFailure, facts: AttemptFacts): LaunchFailureDecision {
  const decision = decideByKind(failure, facts);
  const isConsistent = facts.now >= after(facts.openedAt, { minutes: consistentAfterMinutes });
  // Nothing says that EC2 looks at the token before it refuses for another cause.
  return decision.attempt === 'refused' && facts.isRepeat && !isConsistent
    ? { attempt: 'stays-open' }
    : decision;
}

function decideByKind(failure: AwsFailure, { isRepeat }: AttemptFacts): LaunchFailureDecision {
  switch (failure.kind) {
    case 'unclear':
    case 'throttled':
      return { attempt: 'stays-open' };
    case 'unauthorized':
      // Permissions are checked before the client token is: this says nothing about an earlier try.
      return isRepeat ? { attempt: 'stays-open' } : { attempt: 'refused', next: 'error', lookUpFirst: false };
    case 'token-mismatch':
      return { attempt: 'look-up' };
    case 'capacity':
    case 'limit':
    case 'no-addresses':
    case 'type-not-offered':
    case 'subnet-gone':
      return { attempt: 'refused', next: 'other-place', lookUpFirst: isRepeat };
    case 'image-gone':
    case 'volume-too-small':
    case 'hibernation-unsupported':
    case 'invalid':
    case 'not-found':
    case 'incorrect-state':
    case 'protected':
      return { attempt: 'refused', next: 'error', lookUpFirst: isRepeat };
    case 'token-terminated':
      return { attempt: 'refused', next: 'error', lookUpFirst: false };
    default:
      return failure.kind satisfies never;
  }
}

/** What is known when no place is left to launch in. */
export interface ExhaustedFacts {
  instanceType: string;
  /** All places that were allowed. */
  places: Place[];
  refused: RefusedPlace[];
  requestedAt: Date;
  failedCalls: number;
  now: Date;
  random: number;
  settings: LifecycleSettings;
}

export type ExhaustedDecision =
  | { next: 'error'; reason: StateReason }
  /** Begin another round then: somebody may have given a machine back. */
  | { next: 'wait'; retryAt: Date; reason: StateReason };

/** Every place has refused: an error that says what was tried, or another round while the retry window is open. */
export function decideExhausted(facts: ExhaustedFacts): ExhaustedDecision {
  const { refused, places, now, settings, instanceType } = facts;
  if (places.length === 0) {
    const failure = { kind: 'type-not-offered' as const, code: 'NotOffered', message: '' };
    return { next: 'error', reason: reasonOfFailure(failure, `launch a desktop of type ${instanceType}`) };
  }
  // Who knows of a lack of capacity waits for that; another refusal would come again.
  const last = refused.at(-1);
  const lacks = refused.length === 0 || refused.some(({ kind }) => kind === 'capacity');
  if (!lacks && last) {
    const failure = { kind: last.kind, code: last.code, message: '' };
    return {
      next: 'error',
      reason: reasonOfFailure(failure, `launch a desktop of type ${last.instanceType}`),
    };
  }
  const retryAt = after(now, { seconds: roundDelaySeconds(facts) });
  const windowEnd = after(facts.requestedAt, { minutes: settings.capacityRetryWindowMinutes });
  return retryAt < windowEnd
    ? { next: 'wait', retryAt, reason: noCapacityReason(places, retryAt) }
    : { next: 'error', reason: noCapacityReason(places, null) };
}

/** Capacity comes back in minutes, not in seconds. */
const shortestRoundSeconds = 30;

function roundDelaySeconds({ failedCalls, random }: ExhaustedFacts): number {
  return Math.max(shortestRoundSeconds, retryDelaySeconds(failedCalls + 1, random));
}
