import { type Kysely, sql } from 'kysely';
import { createMessagingTables } from './0001-messaging.ts';

/** Schedules and overrides of sessions, time zones of users, automatic stops, and the scheduler's own tables. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createMessagingTables(db, 'scheduler');
  await sql.raw(apiGatewayTables).execute(db);
  await sql.raw(sessionManagerTables).execute(db);
  await sql.raw(schedulerTables).execute(db);
}

const hours = '{"type": "custom", "windows": [{"start": "08:00", "end": "19:00"}]}';
const stopped = '{"type": "stop-all-day"}';
/** For desktops that were launched before there were schedules. */
const workingWeek = `{"timezone": "UTC", "exceptions": [], "week": {"monday": ${hours}, "tuesday": ${hours},
  "wednesday": ${hours}, "thursday": ${hours}, "friday": ${hours}, "saturday": ${stopped}, "sunday": ${stopped}}}`;

const apiGatewayTables = `
  alter table api_gateway.users add column timezone text;
  alter table api_gateway.profiles
    add column users_may_change_schedule boolean not null default true,
    add column stop_at_close boolean not null default false;
  alter table api_gateway.sessions
    add column schedule jsonb not null default '${workingWeek}',
    add column schedule_changed_at timestamptz not null default now(),
    add column schedule_opened_at timestamptz,
    add column keep_running_until timestamptz,
    add column pause_until timestamptz,
    add column overrides_changed_at timestamptz,
    add column stop_at_close boolean,
    add column stop_at_close_by text,
    add column spec_version integer not null default 1;
  alter table api_gateway.sessions alter column schedule drop default;`;

const sessionManagerTables = `
  alter table session_manager.session_runtime
    add column pending_stop jsonb,
    add column start_until timestamptz;
  -- What somebody did at EC2's console, among the thousands of transitions of an old desktop.
  create index session_transitions_external on session_manager.session_transitions (session_id, id desc)
    where cause = 'external';`;

const schedulerTables = `
  create table scheduler.schedule_state (
    session_id uuid primary key,
    next_transition_at timestamptz,
    edge_at timestamptz,
    edge_type text check (edge_type in ('open', 'close')),
    asked_at timestamptz,
    warned_at timestamptz,
    warned_of_close_at timestamptz,
    stopped_since timestamptz,
    expiry_announced_at timestamptz,
    expiry_repeated_at timestamptz,
    expires_at timestamptz,
    spec_version integer not null,
    state_since timestamptz,
    evaluated_at timestamptz
  );
  create index schedule_state_next_transition on scheduler.schedule_state (next_transition_at);
  create table scheduler.last_tick (
    id integer primary key default 1 check (id = 1),
    minute timestamptz not null
  );
  create table scheduler.applied_settings (
    id integer primary key default 1 check (id = 1),
    fingerprint text not null
  );`;
