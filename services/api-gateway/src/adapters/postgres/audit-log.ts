import type { Database } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { AuditLog } from '../../application/ports.ts';

/** Who did what, for actions that change nothing else; the others write their entry in their own transaction. */
export function createAuditLog(db: Kysely<Database>): AuditLog {
  return {
    async append({ id, at, actor, action, sessionId, sourceAddress, detail }) {
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
    },
  };
}
