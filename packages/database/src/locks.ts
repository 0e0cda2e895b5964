import { sql } from 'kysely';
import type { DatabaseTransaction } from './connect-database.ts';

/**
 * Accepting an intent, authorising a connection and committing an automatic stop exclude each other by this lock, which
 * lasts until the transaction ends.
 */
export async function lockSession(trx: DatabaseTransaction, sessionId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`session:${sessionId}`}, 0))`.execute(trx);
}

/** Admissions of one owner exclude each other, so that two at once cannot both take the last place of a quota. */
export async function lockOwner(trx: DatabaseTransaction, owner: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`owner:${owner}`}, 0))`.execute(trx);
}
