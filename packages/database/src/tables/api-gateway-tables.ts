import type {
  IdlePolicyOverrides,
  IntentArguments,
  IntentKind,
  Mount,
  OperatingSystem,
  Schedule,
  SessionType,
} from '@deskfleet/contracts';
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
  /** Launched so that it can hibernate. */
  hibernation: Generated<boolean>;
  /** The subnet that the user chose; null leaves it to session-manager. */
  subnet_id: string | null;
  project_id: string | null;
  created_at: Generated<Date>;
  /** Number of the last intent; raised in the transaction that appends it. */
  generation: Generated<number>;
  /** Set once the session is known to be terminated; frees its name. */
  ended_at: Date | null;
  schedule: ColumnType<Schedule, string, string>;
  schedule_changed_at: Generated<Date>;
  /**
   * The last time at which an edit of the schedule, or the removal of a pause, brought the session into its window: it
   * counts as an open.
   */
  schedule_opened_at: Date | null;
  /** No automatic stop before this instant. */
  keep_running_until: Date | null;
  /** No automatic start before this instant. */
  pause_until: Date | null;
  /** When one of the two was last set or removed; what was decided before it is void. */
  overrides_changed_at: Date | null;
  /** Stop it at the close of its window, also when it is in use; null: as the profile says. */
  stop_at_close: boolean | null;
  /** The user who said so. */
  stop_at_close_by: string | null;
  /** Raised with every change of the schedule, the overrides and the settings. */
  spec_version: Generated<number>;
}

/** Everything that was asked of a session, in order. */
export interface SessionIntentsTable {
  session_id: string;
  seq: number;
  kind: IntentKind;
  args: JSONColumnType<IntentArguments>;
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
  /** Raised when the user is disabled: what was made for an earlier epoch stays void when they are enabled again. */
  access_epoch: Generated<number>;
  /** The uid of the user's account on Linux hosts. */
  posix_uid: Generated<number>;
  /** IANA time zone of new schedules; null: the deployment's. */
  timezone: string | null;
}

/** A group of users that desktops are counted for. */
export interface ProjectsTable {
  id: string;
  name: string;
  description: Generated<string>;
  enabled: Generated<boolean>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

export interface ProjectMembersTable {
  project_id: string;
  user_name: string;
}

/** A policy that software stacks point at. */
export interface ProfilesTable {
  id: string;
  name: string;
  /** Shell-like patterns, such as `m7i.*`. */
  allowed_instance_types: string[];
  max_root_volume_gib: number;
  allowed_session_types: SessionType[];
  /** Types that are tried in this order when none of the wanted one is free. */
  fallback_instance_types: Generated<string[]>;
  /** Subnets that desktops may be in; empty: all of the deployment's. */
  allowed_subnets: Generated<string[]>;
  /** What becomes of a hibernation that EC2 refuses: the desktop is stopped, or runs on and its owner is told. */
  hibernation_fallback: Generated<'none' | 'stop'>;
  owners_may_create_images: Generated<boolean>;
  users_may_change_schedule: Generated<boolean>;
  /** Desktops are stopped at the close of their window unless their owners say otherwise. */
  stop_at_close: Generated<boolean>;
  /** What differs from the deployment's settings of when a desktop is idle. */
  idle_policy: ColumnType<IdlePolicyOverrides, string | undefined, string>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
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
  /** The image for instance types with a GPU, where it is another one. */
  graphics_image: string | null;
  requires_gpu: Generated<boolean>;
  mounts: ColumnType<Mount[], string | undefined, string>;
  /** A site's own script, run as administrator at the end of the first boot. */
  hook_script: string | null;
  min_root_volume_gib: number;
  min_memory_gib: ColumnType<number, number, number>;
  default_instance_type: string;
  profile_id: string;
  enabled: Generated<boolean>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** The projects that alone may use a software stack; without any, everybody may. */
export interface SoftwareStackProjectsTable {
  software_stack_id: string;
  project_id: string;
}

/** Images that were asked for of desktops; what became of them is in session_manager.images. */
export interface ImagesTable {
  id: string;
  session_id: string;
  name: string;
  description: string;
  /** `user:NAME` or `admin:NAME`. */
  requested_by: string;
  /** The HTTP request that asked. */
  correlation_id: string;
  created_at: Generated<Date>;
  /** Set once, also where the software stack has been deleted since. */
  became_stack_at: Date | null;
  /** The software stack that the image has become. */
  software_stack_id: string | null;
}

/** Named lists of DCV features that administrators have made, for sharing; the standard ones are in contracts. */
export interface PermissionSetsTable {
  id: string;
  name: string;
  description: Generated<string>;
  features: string[];
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** That somebody else than its owner may connect to a session. */
export interface SharesTable {
  id: string;
  session_id: string;
  /** The guest. */
  user_name: string;
  /** Name of the permission set, and the DCV features that it had when the share was granted. */
  permissions: string;
  features: string[];
  /** `user:NAME` or `admin:NAME`. */
  granted_by: string;
  created_at: Generated<Date>;
  expires_at: Date;
  /** Once it counts no more; after `expires_at` it counts no more even before this is written. */
  ended_at: Date | null;
  ended_cause: string | null;
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
