import type { DeskfleetEvent, EventType } from '@deskfleet/contracts';
import { type Database, type DatabaseTransaction, type ServiceSchema, transact } from '@deskfleet/database';
import type { Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import { readEvent } from '../event-schemas.ts';
import { keepDeadLetter } from './dead-letters.ts';
import type { Inbox } from './inbox.ts';
import { isPassing } from './passing-failure.ts';

/** A message as it came, free of the NATS client. */
export interface IncomingMessage {
  subject: string;
  payload: string;
  /** Stream and sequence: unlike any other message. */
  position: string;
}

export interface MessageHandling<T extends EventType> {
  db: Kysely<Database>;
  schema: ServiceSchema;
  durable: string;
  type: T;
  handle: (event: DeskfleetEvent<T>, trx: DatabaseTransaction) => Promise<void>;
  maxAttempts: number;
  inbox: Inbox;
  logger: Logger;
}

/** `attempt` counts from 1. */
export type Outcome = { kind: 'handled' | 'duplicate' | 'dead' } | { kind: 'retry'; attempt: number };

/** What is kept of one delivery between tries: a try that failed because Postgres was away is not counted again. */
export interface Delivery {
  attempt: number | null;
}

/**
 * Handles one message: once, whatever happens. What is the message's own fault becomes an outcome.
 * @throws a passing failure when Postgres is away: the message is not to blame. Call again with the same `delivery`.
 */
export async function handleMessage<T extends EventType>(
  handling: MessageHandling<T>,
  message: IncomingMessage,
  delivery: Delivery,
): Promise<Outcome> {
  const read = readEvent(handling.type, message.payload);
  if (!read.ok) return die(handling, message, { eventId: read.eventId, error: read.fault, attempts: 0 });
  const { event } = read;
  delivery.attempt ??= await handling.inbox.countAttempt(event.id);
  const { attempt } = delivery;
  if (attempt === null) return { kind: 'duplicate' };
  if (attempt > handling.maxAttempts) {
    const error = `Handling was begun ${attempt - 1} times and never ended: the process may have died of it.`;
    return die(handling, message, { eventId: event.id, error, attempts: attempt - 1 });
  }
  return attemptEvent(handling, message, event, attempt);
}

async function attemptEvent<T extends EventType>(
  handling: MessageHandling<T>,
  message: IncomingMessage,
  event: DeskfleetEvent<T>,
  attempt: number,
): Promise<Outcome> {
  const { durable, logger, maxAttempts } = handling;
  try {
    return { kind: (await applyEvent(handling, event)) ? 'handled' : 'duplicate' };
  } catch (error) {
    if (isPassing(error)) throw error;
    logger.error({ err: error, eventId: event.id, attempt }, `${durable} could not handle an event.`);
    if (attempt < maxAttempts) return { kind: 'retry', attempt };
    return die(handling, message, { eventId: event.id, error: textOf(error), attempts: attempt });
  }
}

/** The inbox row and the effect in one transaction. The row comes first: it makes a second delivery wait. */
async function applyEvent<T extends EventType>(
  { db, durable, inbox, handle }: MessageHandling<T>,
  event: DeskfleetEvent<T>,
): Promise<boolean> {
  return transact(db, `messaging.consumer.${durable}`, async (trx) => {
    if (!(await inbox.markHandled(trx, event.id))) return false;
    await handle(event, trx);
    return true;
  });
}

async function die<T extends EventType>(
  { db, schema, durable, inbox, logger }: MessageHandling<T>,
  message: IncomingMessage,
  fault: { eventId: string | null; error: string; attempts: number },
): Promise<Outcome> {
  await transact(db, `messaging.consumer.${durable}.dead-letter`, async (trx) => {
    await keepDeadLetter(trx, schema, { consumer: durable, ...message, ...fault });
    if (fault.attempts > 0 && fault.eventId) await inbox.markHandled(trx, fault.eventId);
  });
  logger.error(
    { subject: message.subject, eventId: fault.eventId, reason: fault.error },
    `${durable} gave up on an event. It is kept in ${schema}.dead_letters, to be replayed or deleted.`,
  );
  return { kind: 'dead' };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
