import { ProblemError } from '@deskfleet/runtime';
import type { AwsFailure } from '../../domain/reasons.ts';

/** Long enough for AWS's throttling to pass, short enough that whoever asked still waits. */
const retryAfterSeconds = '5';

/** AWS has not done what an internal request needs; the log gets the code, the caller a time to come again. */
export function failureProblem(failure: AwsFailure): ProblemError {
  const sentence =
    failure.kind === 'unauthorized'
      ? 'AWS does not let Deskfleet do this. Tell your administrator; the log of session-manager says more.'
      : 'AWS does not answer at the moment. Try again in a few seconds.';
  return new ProblemError('service-unavailable', sentence, {
    headers: { 'retry-after': retryAfterSeconds },
    cause: failure,
  });
}
