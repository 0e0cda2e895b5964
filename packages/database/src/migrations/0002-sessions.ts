import { type Kysely, sql } from 'kysely';

/** What people want (the gateway's), what is (session-manager's), and who may connect (token-service's). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(apiGatewayTables).execute(db);
  await sql.raw(sessionManagerTables).execute(db);
  await sql.raw(tokenServiceTables).execute(db);
}

const apiGatewayTables = `
  create table api_gateway.users (
    name text primary key,
    display_name text,
    email text,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null,
    disabled_at timestamptz
  );
  create table api_gateway.profiles (
    id uuid primary key,
    name text not null unique,
    allowed_instance_types text[] not null,
    max_root_volume_gib integer not null,
    allowed_session_types text[] not null
  );
  create table api_gateway.software_stacks (
    id uuid primary key,
    name text not null unique,
    description text not null,
    os text not null check (os in ('linux', 'windows')),
    base_os text not null,
    architecture text not null check (architecture in ('x86_64', 'arm64')),
    image text not null,
    min_root_volume_gib integer not null,
    min_memory_gib double precision not null,
    default_instance_type text not null,
    profile_id uuid not null references api_gateway.profiles,
    enabled boolean not null default true,
    created_at timestamptz not null default now()
  );
  create table api_gateway.sessions (
    id uuid primary key,
    owner text not null references api_gateway.users,
    name text not null,
    os text not null check (os in ('linux', 'windows')),
    software_stack_id uuid not null references api_gateway.software_stacks,
    instance_type text not null,
    root_volume_gib integer not null,
    session_type text not null check (session_type in ('default', 'console', 'virtual')),
    created_at timestamptz not null default now(),
    generation integer not null default 1,
    ended_at timestamptz
  );
  create unique index sessions_live_name on api_gateway.sessions (owner, lower(name)) where ended_at is null;
  create index sessions_owner on api_gateway.sessions (owner, id desc);
  create table api_gateway.session_intents (
    session_id uuid not null references api_gateway.sessions,
    seq integer not null,
    kind text not null check (kind in ('launch', 'start', 'stop', 'terminate')),
    args jsonb not null,
    cause text not null,
    at timestamptz not null default now(),
    correlation_id text,
    primary key (session_id, seq)
  );
  create index session_intents_at on api_gateway.session_intents (at);
  create table api_gateway.idempotency_keys (
    principal text not null,
    key text not null,
    request_hash text not null,
    status integer not null,
    location text,
    body text not null,
    created_at timestamptz not null default now(),
    primary key (principal, key)
  );
  create index idempotency_keys_created on api_gateway.idempotency_keys (created_at);
  create table api_gateway.audit_log (
    id uuid primary key,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    session_id uuid,
    source_address text,
    detail jsonb not null
  );`;

const sessionManagerTables = `
  create table session_manager.session_runtime (
    session_id uuid primary key,
    state text not null check (state in ('requested', 'provisioning', 'starting', 'running', 'stopping', 'stopped',
      'terminating', 'terminated', 'error')),
    state_since timestamptz not null,
    reason_code text,
    reason_sentence text,
    applied_seq integer not null,
    desired text not null check (desired in ('running', 'stopped', 'terminated')),
    desired_cause text not null,
    correlation_id text,
    target_observed boolean not null default false,
    force_stop boolean not null default false,
    instance_id text unique,
    instance_type text not null,
    availability_zone text,
    private_ip text,
    access_epoch integer not null default 1,
    first_boot boolean not null default true,
    deadline_at timestamptz,
    called_at timestamptz,
    failed_calls integer not null default 0,
    retry_at timestamptz,
    missing_since timestamptz,
    missing_count integer not null default 0,
    updated_at timestamptz not null
  );
  create index session_runtime_live on session_manager.session_runtime (session_id) where state <> 'terminated';
  create table session_manager.launch_attempts (
    id uuid primary key,
    session_id uuid not null references session_manager.session_runtime,
    number integer not null,
    client_token text not null unique check (length(client_token) <= 64),
    request jsonb not null,
    state text not null check (state in ('open', 'accepted', 'refused')),
    tries integer not null default 0,
    next_try_at timestamptz,
    instance_id text,
    error_code text,
    error_message text,
    opened_at timestamptz not null,
    closed_at timestamptz,
    unique (session_id, number)
  );
  -- The guard of "never two instances for one session" (docs/adr, launching exactly once).
  create unique index launch_attempts_one_open on session_manager.launch_attempts (session_id) where state = 'open';
  create table session_manager.session_transitions (
    id bigint generated always as identity primary key,
    session_id uuid not null references session_manager.session_runtime,
    from_state text,
    to_state text not null,
    cause text not null,
    reason_code text,
    reason_sentence text,
    event_id uuid,
    at timestamptz not null
  );
  create index session_transitions_session on session_manager.session_transitions (session_id, id desc);
  create table session_manager.instance_types (
    name text primary key,
    vcpus integer not null,
    memory_mib integer not null,
    gpu jsonb,
    architectures text[] not null,
    hibernation_supported boolean not null,
    refreshed_at timestamptz not null
  );
  create table session_manager.leases (
    name text primary key,
    holder text not null,
    expires_at timestamptz not null
  );`;

const tokenServiceTables = `
  create table token_service.dcv_tokens (
    id uuid primary key,
    session_id uuid not null,
    user_name text not null,
    access_epoch integer not null,
    issued_at timestamptz not null default now(),
    first_use_by timestamptz not null,
    expires_at timestamptz not null,
    first_used_at timestamptz
  );
  create index dcv_tokens_expires on token_service.dcv_tokens (expires_at);
  create table token_service.dcv_connections (
    id uuid primary key,
    session_id uuid not null,
    token_id uuid not null,
    user_name text not null,
    client_address text,
    host_address text not null,
    authorized_at timestamptz not null default now()
  );
  create index dcv_connections_session on token_service.dcv_connections (session_id, authorized_at desc);`;
