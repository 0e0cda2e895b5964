import type { DatabaseTransaction } from '@deskfleet/database';
import { sql } from 'kysely';
import type { IdempotencyKey, StoredAnswer } from '../../application/ports.ts';
import { idempotencyHours } from './admission-facts.ts';

/** The answer that somebody's request with this key got, as long as answers are kept; under their owner's lock. */
export async function findKeptAnswer(
  trx: DatabaseTransaction,
  principal: string,
  key: string,
): Promise<(StoredAnswer & { requestHash: string }) | null> {
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
