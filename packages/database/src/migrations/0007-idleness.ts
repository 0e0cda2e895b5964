import { type Kysely, sql } from 'kysely';
import { createMessagingTables } from './0001-messaging.ts';

/** What is known of the use of desktops, and when they count as idle. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createMessagingTables(db, 'idle_monitor');
  await sql.raw(apiGatewayTables).execute(db);
  await sql.raw(sessionManagerTables).execute(db);
  await sql.raw(idleMonitorTables).execute(db);
}

const apiGatewayTables = `
  alter table api_gateway.profiles add column idle_policy jsonb not null default '{}';`;

// A month of a desktop has hundreds of steps: hours are added up from the index alone.
const sessionManagerTables = `
  drop index session_manager.session_transitions_session;
  create index session_transitions_session on session_manager.session_transitions (session_id, id desc)
    include (at, to_state);`;

const idleMonitorTables = `
  create table idle_monitor.idle_state (
    session_id uuid primary key,
    next_check_at timestamptz not null,
    status text not null default 'not-checked'
      check (status in ('active', 'idle', 'unknown', 'not-checked')),
    reason text not null default 'not-checked',
    sentence text not null default '',
    checked_at timestamptz,
    idle_since timestamptz,
    stops_at timestamptz,
    warned_at timestamptz,
    unknown_checks integer not null default 0,
    last_access_at timestamptz,
    access_mark text,
    host_silent boolean not null default false
  );
  create index idle_state_next_check on idle_monitor.idle_state (next_check_at);
  create table idle_monitor.leases (
    name text primary key,
    holder text not null,
    expires_at timestamptz not null
  );`;
