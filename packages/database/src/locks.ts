import { CompiledQuery } from 'kysely';
import type { DatabaseTransaction } from './connect-database.ts';
import { prepared } from './prepared.ts';

/**
 * Accepting an intent, authorising a connection and committing an automatic stop exclude each other by this lock, which
 * lasts until the transaction ends.
 */
export async function lockSession(trx: DatabaseTransaction, sessionId: string): Promise<void> {
  await lock(trx, `session:${sessionId}`);
}

/** Admissions of one owner exclude each other, so that two at once cannot both take the last place of a quota. */
export async function lockOwner(trx: DatabaseTransaction, owner: string): Promise<void> {
  await lock(trx, `owner:${owner}`);
}

/** Nearly every transaction begins with one. */
const lockStatement = prepared('lock', { sql: 'select pg_advisory_xact_lock(hashtextextended($1, 0))' });

async function lock(trx: DatabaseTransaction, key: string): Promise<void> {
  await trx.executeQuery(CompiledQuery.raw(lockStatement.sql, [key]));
}
