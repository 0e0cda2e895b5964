import { type Kysely, sql } from 'kysely';

/** Sharing of desktops, the end of a user's access, and the log of connections. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(apiGatewayTables).execute(db);
  await sql.raw(sessionManagerTables).execute(db);
  await sql.raw(tokenServiceTables).execute(db);
}

const apiGatewayTables = `
  alter table api_gateway.users add column access_epoch integer not null default 1;
  create table api_gateway.permission_sets (
    id uuid primary key,
    name text not null,
    description text not null default '',
    features text[] not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  create unique index permission_sets_name on api_gateway.permission_sets (lower(name));
  create table api_gateway.shares (
    id uuid primary key,
    session_id uuid not null references api_gateway.sessions (id),
    user_name text not null,
    permissions text not null,
    features text[] not null,
    granted_by text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    ended_cause text,
    check ((ended_at is null) = (ended_cause is null))
  );
  create unique index shares_live on api_gateway.shares (session_id, user_name) where ended_at is null;
  create index shares_of_user on api_gateway.shares (user_name) where ended_at is null;
  create index shares_expiry on api_gateway.shares (expires_at) where ended_at is null;`;

const sessionManagerTables = `
  create table session_manager.host_permissions (
    session_id uuid primary key,
    state_since timestamptz not null,
    digest text not null,
    share_ids uuid[] not null,
    applied_at timestamptz not null
  );`;

const tokenServiceTables = `
  alter table token_service.dcv_tokens
    add column share_id uuid,
    add column user_epoch integer not null default 1;
  create index dcv_connections_age on token_service.dcv_connections (authorized_at);
  create table token_service.denied_connections (
    id uuid primary key,
    session_id uuid,
    user_name text,
    token_id uuid,
    client_address text,
    host_address text not null,
    reason text not null,
    denied_at timestamptz not null
  );
  create index denied_connections_session on token_service.denied_connections (session_id, denied_at desc);
  create index denied_connections_age on token_service.denied_connections (denied_at);`;
