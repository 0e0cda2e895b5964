import { type Database, type ServiceSchema, transact } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { Consumer } from './consumer/start-consumer.ts';

export interface DeadLetterReplay {
  db: Kysely<Database>;
  schema: ServiceSchema;
  /** Id of the dead letter. */
  id: string;
  /** The consumers of the service that owns it. */
  consumers: readonly Consumer[];
}

export type ReplayOutcome =
  | { kind: 'replayed' }
  | { kind: 'not-found' }
  | { kind: 'already-replayed' }
  /** No consumer of that name runs here any more. */
  | { kind: 'no-consumer'; consumer: string }
  /** The handler failed again; the dead letter stays, with the new error. */
  | { kind: 'failed'; error: string };

interface Letter {
  consumer: string;
  payload: string;
  replayed_at: Date | null;
}

/**
 * Handles a dead letter once more, by the consumer that gave up on it and nobody else. Effect and mark are one
 * transaction, so that two administrators at once replay it once.
 */
export async function replayDeadLetter({
  db,
  schema,
  id,
  consumers,
}: DeadLetterReplay): Promise<ReplayOutcome> {
  const letters = sql.table(`${schema}.dead_letters`);
  let failure: unknown = null;
  const outcome = await transact(db, 'messaging.replay-dead-letter', async (trx): Promise<ReplayOutcome> => {
    const found = await sql<Letter>`
      select consumer, payload, replayed_at from ${letters} where id = ${id} for update`.execute(trx);
    const letter = found.rows[0];
    if (!letter) return { kind: 'not-found' };
    if (letter.replayed_at) return { kind: 'already-replayed' };
    const consumer = consumers.find(({ durable }) => durable === letter.consumer);
    if (!consumer) return { kind: 'no-consumer', consumer: letter.consumer };
    await consumer.replay(letter.payload, trx).catch((error: unknown) => {
      failure = error;
      throw error;
    });
    await sql`update ${letters} set replayed_at = now() where id = ${id}`.execute(trx);
    return { kind: 'replayed' };
  }).catch((error: unknown) => {
    if (failure === null || error !== failure) throw error;
    return null;
  });
  if (outcome) return outcome;
  const text = failure instanceof Error ? failure.message : String(failure);
  await sql`update ${letters} set error = ${text}, attempts = attempts + 1 where id = ${id}`.execute(db);
  return { kind: 'failed', error: text };
}
