import { done, keyReused, type Outcome, refused } from '../domain/refusal.ts';
import type { IdempotencyKey, StoredAnswer } from './ports.ts';

/** The kept answer to a request that is repeated; with another body under the same key it is another request. */
export function answerAgain(
  previous: StoredAnswer & { requestHash: string },
  idempotency: IdempotencyKey | null,
): Outcome<StoredAnswer> {
  return previous.requestHash === idempotency?.requestHash ? done(previous) : refused(keyReused);
}
