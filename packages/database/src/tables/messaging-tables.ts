import type { Generated, GeneratedAlways } from 'kysely';

/** Events to be published; written in the transaction of the change that they tell of. */
export interface OutboxTable {
  id: string;
  seq: GeneratedAlways<string>;
  subject: string;
  /** The CloudEvent exactly as it goes on the wire. */
  event: string;
  created_at: Generated<Date>;
  published_at: Date | null;
}

/** Events that a consumer has seen; `handled_at` is set in the transaction of the effect. */
export interface InboxTable {
  consumer: string;
  event_id: string;
  received_at: Generated<Date>;
  attempts: Generated<number>;
  handled_at: Date | null;
}

/** Messages that could not be handled, kept with the error until an administrator replays or deletes them. */
export interface DeadLettersTable {
  id: string;
  consumer: string;
  event_id: string | null;
  subject: string;
  payload: string;
  error: string;
  attempts: number;
  dead_at: Generated<Date>;
  replayed_at: Date | null;
}

/** What the relay remembers of the stream, to notice that it was re-created or lost messages. */
export interface RelayStateTable {
  id: Generated<number>;
  stream_created: string | null;
  last_seq: Generated<string>;
}
