import { type DatabaseTransaction, lockSession } from '@deskfleet/database';
import { sql } from 'kysely';

/** Transactions that hold the lock take milliseconds: one that hangs must not keep all other sessions waiting. */
export async function lockBriefly(trx: DatabaseTransaction, sessionId: string): Promise<void> {
  await sql`set local lock_timeout = '3s'`.execute(trx);
  await lockSession(trx, sessionId);
}
