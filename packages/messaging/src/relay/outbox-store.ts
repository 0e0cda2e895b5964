import type { ServiceSchema } from '@deskfleet/database';
import type pg from 'pg';
import type { StreamState } from '../bus/event-stream.ts';
import type { RememberedStream } from './judge-stream.ts';

export interface OutboxRow {
  id: string;
  /** Order of insertion; Postgres's bigint as text. */
  seq: string;
  subject: string;
  event: string;
}

/** Rows that JetStream acknowledged, and the highest sequence it gave them. */
export interface Acknowledged {
  ids: string[];
  lastSequence: number;
}

/** How long published rows stay, to heal a stream that lost them. */
export const keepPublishedHours = 48;

export interface OutboxStore {
  /** Makes this relay the one that publishes the outbox, until its connection ends. False when another is. */
  takeLead(): Promise<boolean>;
  /** Rows to be published behind `afterSeq`, oldest first. */
  pending(afterSeq: string, limit: number): Promise<OutboxRow[]>;
  markPublished(acknowledged: Acknowledged): Promise<void>;
  remembered(): Promise<RememberedStream | null>;
  /** Remembers a stream that holds what it should. */
  remember(stream: StreamState): Promise<void>;
  /** Remembers a stream that lost messages, and has all rows published again. Returns how many. */
  startOver(stream: StreamState): Promise<number>;
  /** Whether a message id is that of a row here. */
  has(id: string): Promise<boolean>;
  /** Runs `work` while no other service judges the stream. Holds no transaction open. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * The relay's statements, on a connection of its own.
 *
 * One replica publishes at a time: the one whose connection holds an advisory lock. NATS may go away at any moment, so
 * rows cannot be held by a transaction (FOR UPDATE SKIP LOCKED) while they are on their way; and marking them as claimed
 * instead writes every row once more, which halves the rate, and leaves the rows of a relay that died to wait. The lock
 * costs nothing and ends with the process. One relay publishes more than all services together write; two at once, for
 * the moment in which a lock passes on, do no harm, as JetStream knows the message ids.
 *
 * Losing the last commits in a crash only leads to publishing again under the same message id, so the connection does
 * not wait for the disk (synchronous_commit = off).
 */
export function createOutboxStore(client: pg.Client, schema: ServiceSchema): OutboxStore {
  const outbox = `${schema}.outbox`;
  const state = `${schema}.relay_state`;
  return {
    async takeLead() {
      const taken = await client.query<{ taken: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken',
        [`deskfleet.relay.${schema}`],
      );
      return taken.rows[0]?.taken ?? false;
    },
    async pending(afterSeq, limit) {
      const found = await client.query<OutboxRow>({
        name: 'relay-pending',
        text: `select id, seq, subject, event from ${outbox}
          where published_at is null and seq > $1 order by seq limit $2`,
        values: [afterSeq, limit],
      });
      return found.rows;
    },
    async markPublished({ ids, lastSequence }) {
      await client.query({
        name: 'relay-mark',
        text: `with marked as (update ${outbox} set published_at = now() where id = any($1::uuid[]))
          update ${state} set last_seq = greatest(last_seq, $2::bigint) where id = 1`,
        values: [ids, lastSequence],
      });
    },
    async has(id) {
      const found = await client.query(`select from ${outbox} where id::text = $1`, [id]);
      return found.rows.length > 0;
    },
    ...createStreamMemory(client, { outbox, state }),
  };
}

type StreamMemory = Pick<OutboxStore, 'remembered' | 'remember' | 'startOver' | 'exclusively'>;

function createStreamMemory(
  client: pg.Client,
  { outbox, state }: Record<'outbox' | 'state', string>,
): StreamMemory {
  const setStream = `insert into ${state} (id, stream_created, last_seq) values (1, $1, $2)
    on conflict (id) do update set stream_created = excluded.stream_created, last_seq = excluded.last_seq`;
  return {
    async remembered() {
      const found = await client.query<{ stream_created: string | null; last_seq: string }>(
        `select stream_created, last_seq from ${state} where id = 1`,
      );
      const row = found.rows[0];
      if (!row?.stream_created) return null;
      return { created: row.stream_created, lastSequence: Number(row.last_seq) };
    },
    async remember({ created }) {
      await client.query(setStream, [created, 0]);
    },
    async startOver({ created }) {
      const republished = await client.query(
        `with again as (
          update ${outbox} set published_at = null
          where published_at > now() - interval '${keepPublishedHours} hours' returning 1
        ), remembered as (${setStream} returning 1)
        select count(*)::int as count from again`,
        [created, 0],
      );
      return republished.rows[0]?.count ?? 0;
    },
    async exclusively(work) {
      const key = `hashtextextended('deskfleet.stream', 0)`;
      await client.query(`select pg_advisory_lock(${key})`);
      try {
        return await work();
      } finally {
        await client.query(`select pg_advisory_unlock(${key})`);
      }
    },
  };
}
