import { type Kysely, sql } from 'kysely';

/** Outbox, inbox, dead letters and relay state, once in the schema of each service that there was at first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const schema of ['api_gateway', 'session_manager', 'token_service']) {
    await createMessagingTables(db, schema);
  }
}

/** For a service's own first migration. */
export async function createMessagingTables(db: Kysely<unknown>, schema: string): Promise<void> {
  await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
  await sql.raw(messagingTables(schema)).execute(db);
}

function messagingTables(schema: string): string {
  return `
    create table ${schema}.outbox (
      id uuid primary key,
      seq bigint generated always as identity,
      subject text not null,
      event text not null,
      created_at timestamptz not null default now(),
      published_at timestamptz
    );
    create index outbox_pending on ${schema}.outbox (seq) where published_at is null;
    create index outbox_published on ${schema}.outbox (published_at) where published_at is not null;
    create function ${schema}.wake_relay() returns trigger language plpgsql as $$
      begin perform pg_notify('outbox_${schema}', ''); return null; end $$;
    create trigger outbox_wakes_relay after insert on ${schema}.outbox
      for each statement execute function ${schema}.wake_relay();

    create table ${schema}.inbox (
      consumer text not null,
      event_id uuid not null,
      received_at timestamptz not null default now(),
      attempts integer not null default 0,
      handled_at timestamptz,
      primary key (consumer, event_id)
    );
    create index inbox_received on ${schema}.inbox (received_at);

    create table ${schema}.dead_letters (
      id uuid primary key,
      consumer text not null,
      event_id text,
      subject text not null,
      payload text not null,
      error text not null,
      attempts integer not null,
      dead_at timestamptz not null default now(),
      replayed_at timestamptz
    );

    create table ${schema}.relay_state (
      id integer primary key default 1 check (id = 1),
      stream_created text,
      last_seq bigint not null default 0
    );`;
}
