import type { IntentKind, OperatingSystem, SessionType } from '@deskfleet/contracts';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** The spec: what people want. One row a session, kept after the session has ended. */
export interface SessionsTable {
  id: string;
  owner: string;
  name: string;
  os: OperatingSystem;
  software_stack_id: string;
  instance_type: string;
  root_volume_gib: number;
  session_type: SessionType;
  created_at: Generated<Date>;
  /** Number of the last intent; raised in the transaction that appends it. */
  generation: Generated<number>;
  /** Set once the session is known to be terminated; frees its name. */
  ended_at: Date | null;
}

/** Everything that was asked of a session, in order. */
export interface SessionIntentsTable {
  session_id: string;
  seq: number;
  kind: IntentKind;
  args: JSONColumnType<{ force?: boolean }>;
  cause: string;
  at: Generated<Date>;
  /** The HTTP request that asked; the `correlationid` of the events that follow. */
  correlation_id: string | null;
}

export interface UsersTable {
  name: string;
  display_name: string | null;
  email: string | null;
  created_at: Generated<Date>;
  last_seen_at: Date;
  disabled_at: Date | null;
}

/** A policy that software stacks point at. */
export interface ProfilesTable {
  id: string;
  name: string;
  /** Shell-like patterns, such as `m7i.*`. */
  allowed_instance_types: string[];
  max_root_volume_gib: number;
  allowed_session_types: SessionType[];
}

export interface SoftwareStacksTable {
  id: string;
  name: string;
  description: string;
  os: OperatingSystem;
  base_os: string;
  architecture: 'x86_64' | 'arm64';
  /** `ami-…`, or the path of a public SSM parameter that holds one, resolved at launch. */
  image: string;
  min_root_volume_gib: number;
  min_memory_gib: ColumnType<number, number, number>;
  default_instance_type: string;
  profile_id: string;
  enabled: Generated<boolean>;
  created_at: Generated<Date>;
}

/** Answers that were given to requests with an Idempotency-Key, to give them again. */
export interface IdempotencyKeysTable {
  principal: string;
  key: string;
  request_hash: string;
  status: number;
  location: string | null;
  body: string;
  created_at: Generated<Date>;
}

export interface AuditLogTable {
  id: string;
  at: Generated<Date>;
  actor: string;
  action: string;
  session_id: string | null;
  source_address: string | null;
  detail: JSONColumnType<Record<string, unknown>>;
}
