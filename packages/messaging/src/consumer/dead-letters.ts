import type { DatabaseTransaction, ServiceSchema } from '@deskfleet/database';
import { sql } from 'kysely';
import { v5 } from 'uuid';

export interface DeadLetter {
  consumer: string;
  /** Null when the payload tells none. */
  eventId: string | null;
  /** Tells the message from others if it has no event id: stream and sequence. */
  position: string;
  subject: string;
  payload: string;
  error: string;
  attempts: number;
}

/** Namespace of the ids of dead letters; any fixed UUID does (RFC 9562, version 5). */
const idNamespace = '6f0c8f0e-6a0f-4d0e-9a45-0c4f1f7c2b11';

/** Keeps a message that cannot be handled. The same message is kept once, however often it comes. */
export async function keepDeadLetter(
  trx: DatabaseTransaction,
  schema: ServiceSchema,
  letter: DeadLetter,
): Promise<void> {
  const { consumer, eventId, subject, payload, error, attempts } = letter;
  const id = v5(`${consumer} ${eventId ?? letter.position}`, idNamespace);
  await sql`
    insert into ${sql.table(`${schema}.dead_letters`)} (id, consumer, event_id, subject, payload, error, attempts)
    values (${id}, ${consumer}, ${eventId}, ${subject}, ${storable(payload)}, ${storable(error)}, ${attempts})
    on conflict (id) do update
      set error = excluded.error, attempts = excluded.attempts, dead_at = now(), replayed_at = null`.execute(
    trx,
  );
}

/** Postgres takes no NUL in text. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}
