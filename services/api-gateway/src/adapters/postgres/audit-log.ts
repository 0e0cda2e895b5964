import type { Database, DatabaseTransaction } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { AuditEntry, AuditLog } from '../../application/ports.ts';

/** Who did what, for actions that change nothing else; the others write their entry in their own transaction. */
export function createAuditLog(db: Kysely<Database>): AuditLog {
  return { append: (entry) => appendAudit(db, entry) };
}

export async function appendAudit(
  db: Kysely<Database> | DatabaseTransaction,
  { id, at, actor, action, sessionId, sourceAddress, detail }: AuditEntry,
): Promise<void> {
  await db
    .insertInto('api_gateway.audit_log')
    .values({
      id,
      at,
      actor,
      action,
      session_id: sessionId,
      source_address: sourceAddress,
      detail: JSON.stringify(detail),
    })
    .execute();
}
