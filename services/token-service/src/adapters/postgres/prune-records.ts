import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { DateTime } from 'luxon';

/** Rows of one statement: small enough that its locks are never noticed. */
const batchSize = 1_000;

/** The tables that are pruned, each with the column that says how old a row is. */
const ageColumns = {
  dcv_tokens: 'expires_at',
  dcv_connections: 'authorized_at',
  denied_connections: 'denied_at',
} as const;

export type PrunedTable = keyof typeof ageColumns;

/**
 * Deletes the rows up to this time. Replicas may do it at once.
 * @returns how many rows were deleted.
 */
export async function pruneRecords(
  db: Kysely<Database>,
  table: PrunedTable,
  upTo: DateTime,
): Promise<number> {
  const from = sql.table(`token_service.${table}`);
  const age = sql.ref(ageColumns[table]);
  let deleted = 0;
  for (;;) {
    const result = await sql`
      delete from ${from} where id in (
        select id from ${from} where ${age} <= ${upTo.toJSDate()}
        limit ${batchSize} for update skip locked)`.execute(db);
    const count = Number(result.numAffectedRows ?? 0);
    deleted += count;
    if (count < batchSize) return deleted;
  }
}
