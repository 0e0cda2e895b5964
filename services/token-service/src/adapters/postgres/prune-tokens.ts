import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { DateTime } from 'luxon';

/** Rows of one statement: small enough that its locks are never noticed. */
const batchSize = 1_000;

/**
 * Deletes the records of tokens that have expired; they are refused with or without them. Replicas may do it at once.
 * @returns how many rows were deleted.
 */
export async function pruneTokens(db: Kysely<Database>, now: DateTime): Promise<number> {
  let deleted = 0;
  for (;;) {
    const result = await sql`
      delete from token_service.dcv_tokens where id in (
        select id from token_service.dcv_tokens where expires_at <= ${now.toJSDate()}
        limit ${batchSize} for update skip locked)`.execute(db);
    const count = Number(result.numAffectedRows ?? 0);
    deleted += count;
    if (count < batchSize) return deleted;
  }
}
