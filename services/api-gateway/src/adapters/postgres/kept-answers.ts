import { type DatabaseTransaction, lockOwner, lockSession } from '@deskfleet/database';
import { sql } from 'kysely';
import type { IdempotencyKey, StoredAnswer } from '../../application/ports.ts';
import type { SessionRecord } from '../../domain/session-record.ts';
import { idempotencyHours } from './admission-facts.ts';
import { readSession } from './intents.ts';

/** Answers to be given again, with what each request meant. */
type PreviousAnswer = StoredAnswer & { requestHash: string };

/**
 * What a request about a session, which may have a key, is decided on, until the transaction ends excluding every other
 * decision about the session. Of two requests with one key the second waits, and finds the answer of the first.
 */
export async function readKeyedRequest(
  trx: DatabaseTransaction,
  { sessionId, principal, key }: { sessionId: string; principal: string; key: string | null },
): Promise<{ session: SessionRecord | null; previous: PreviousAnswer | null }> {
  if (key !== null) await lockOwner(trx, principal);
  await lockSession(trx, sessionId);
  const session = await readSession(trx, sessionId);
  return { session, previous: key === null ? null : await findKeptAnswer(trx, principal, key) };
}

/** The answer that somebody's request with this key got, as long as answers are kept; under their owner's lock. */
async function findKeptAnswer(
  trx: DatabaseTransaction,
  principal: string,
  key: string,
): Promise<PreviousAnswer | null> {
  const row = await trx
    .selectFrom('api_gateway.idempotency_keys')
    .where('principal', '=', principal)
    .where('key', '=', key)
    .where('created_at', '>', sql<Date>`now() - make_interval(hours => ${idempotencyHours})`)
    .select(['status', 'location', 'body', 'request_hash as requestHash'])
    .executeTakeFirst();
  return row ?? null;
}

export async function keepAnswer(
  trx: DatabaseTransaction,
  principal: string,
  { key, requestHash, status, location, body }: StoredAnswer & IdempotencyKey,
): Promise<void> {
  const answer = { request_hash: requestHash, status, location, body };
  await trx
    .insertInto('api_gateway.idempotency_keys')
    .values({ principal, key, ...answer })
    // What is there is older than the hours for which answers are kept, and only waits to be pruned.
    .onConflict((conflict) =>
      conflict.columns(['principal', 'key']).doUpdateSet({ ...answer, created_at: sql<Date>`now()` }),
    )
    .execute();
}
