import type { Database, DatabaseTransaction, ServiceSchema } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';

/** Which events a consumer has begun and finished. */
export interface Inbox {
  /** Counts an attempt, in a commit of its own: a crash leaves evidence. Null when the event is handled already. */
  countAttempt(eventId: string): Promise<number | null>;
  /** Makes the event handled, with the transaction. False when another process was faster. */
  markHandled(trx: DatabaseTransaction, eventId: string): Promise<boolean>;
}

export function createInbox(db: Kysely<Database>, schema: ServiceSchema, consumer: string): Inbox {
  const inbox = sql.table(`${schema}.inbox`);
  return {
    async countAttempt(eventId) {
      const counted = await sql<{ attempts: number }>`
        insert into ${inbox} as i (consumer, event_id, attempts) values (${consumer}, ${eventId}, 1)
        on conflict (consumer, event_id) do update set attempts = i.attempts + 1 where i.handled_at is null
        returning attempts`.execute(db);
      return counted.rows[0]?.attempts ?? null;
    },
    async markHandled(trx, eventId) {
      const marked = await sql`update ${inbox} set handled_at = now()
        where consumer = ${consumer} and event_id = ${eventId} and handled_at is null`.execute(trx);
      return marked.numAffectedRows === 1n;
    },
  };
}
