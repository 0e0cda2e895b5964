import { ProblemError } from '@deskfleet/runtime';
import type { Outcome, Refusal } from '../../domain/refusal.ts';

/** The value of an outcome; a refusal becomes the problem that answers the request. */
export function valueOrProblem<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  throw problemOfRefusal(outcome.refusal);
}

export function problemOfRefusal({ code, detail, errors, retryAfterSeconds }: Refusal): ProblemError {
  return new ProblemError(code, detail, {
    ...(errors ? { errors } : {}),
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  });
}
