import type { AwsFailure } from './reasons.ts';

/** What is known of the attempt whose RunInstances has failed. */
export interface AttemptFacts {
  /** Not its first try. The answer to an earlier one is not known, or it would be recorded: an instance may exist. */
  isRepeat: boolean;
  /** Another zone can still be tried. */
  hasOtherSubnet: boolean;
}

export type LaunchFailureDecision =
  /** Repeat exactly this request: an instance may exist. */
  | { attempt: 'stays-open' }
  /** Find the instance by its client token. */
  | { attempt: 'look-up' }
  /** Nothing was launched: a new attempt in another zone is safe. */
  | { attempt: 'refused'; next: 'other-subnet' | 'error' };

/**
 * What a failed RunInstances means. Only a definite refusal closes the attempt: client tokens are zonal, so a second
 * attempt beside one that may have succeeded could launch twice (lifecycle.md, "Launching exactly once").
 */
export function decideLaunchFailure(failure: AwsFailure, facts: AttemptFacts): LaunchFailureDecision {
  switch (failure.kind) {
    case 'unclear':
    case 'throttled':
      return { attempt: 'stays-open' };
    case 'unauthorized':
      // Permissions are checked before the client token is: this says nothing about an earlier try.
      return facts.isRepeat ? { attempt: 'stays-open' } : { attempt: 'refused', next: 'error' };
    case 'token-mismatch':
      return { attempt: 'look-up' };
    case 'capacity':
      return { attempt: 'refused', next: facts.hasOtherSubnet ? 'other-subnet' : 'error' };
    case 'limit':
    case 'invalid':
    case 'not-found':
    case 'incorrect-state':
    case 'protected':
    case 'token-terminated':
      return { attempt: 'refused', next: 'error' };
    default:
      return failure.kind satisfies never;
  }
}
