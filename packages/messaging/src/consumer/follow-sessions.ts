import type { DeskfleetEvent, EventData, EventType } from '@deskfleet/contracts';
import type { DatabaseTransaction } from '@deskfleet/database';
import { type Consumer, type ConsumerOptions, startConsumer } from './start-consumer.ts';

/** Events that are about one session. */
type SessionEventType = {
  [T in EventType]: EventData<T> extends { sessionId: string } ? T : never;
}[EventType];

export interface FollowSessionsOptions
  extends Pick<ConsumerOptions<SessionEventType>, 'bus' | 'db' | 'schema' | 'logger' | 'metrics'> {
  /** Begins the names of the consumers. */
  service: string;
  /** By what follows in the name of the consumer, such as `session-running`. */
  types: Readonly<Record<string, SessionEventType>>;
  /** Something has happened to the session. What is true of it is read later, so that the order of events does not matter. */
  lookAgain: (trx: DatabaseTransaction, sessionId: string) => Promise<void>;
}

/** Transactions at the same time, of each type. */
const concurrency = 2;

/** Tells of which session something has happened, by one durable consumer for each type of event. */
export function followSessions({ service, types, lookAgain, ...options }: FollowSessionsOptions): Consumer[] {
  const handle = ({ data }: DeskfleetEvent<SessionEventType>, trx: DatabaseTransaction) =>
    lookAgain(trx, data.sessionId);
  return Object.entries(types).map(([name, type]) =>
    startConsumer({ ...options, durable: `${service}-${name}`, type, concurrency, handle }),
  );
}
