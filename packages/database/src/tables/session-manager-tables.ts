import type { DesiredState, ImageState, SessionState } from '@deskfleet/contracts';
import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely';

/** The status: what is. One row a session, written by session-manager only. */
export interface SessionRuntimeTable {
  session_id: string;
  state: SessionState;
  state_since: Date;
  reason_code: string | null;
  reason_sentence: string | null;
  /** Number of the last intent that has been applied. */
  applied_seq: number;
  desired: DesiredState;
  /** Cause of what is wanted: of the last applied intent, such as `user:alice`, or `schedule`, `idle` or `expiry`. */
  desired_cause: string;
  /** The HTTP request behind the last applied intent; null when a clock has wanted something since. */
  correlation_id: string | null;
  /** Whether EC2 has been seen in the desired state since the last intent was applied. */
  target_observed: Generated<boolean>;
  /** The wanted stop is to cut the power. */
  force_stop: Generated<boolean>;
  instance_id: string | null;
  instance_type: string;
  availability_zone: string | null;
  private_ip: string | null;
  /** Raised when access ends (stop, terminate): tokens of an earlier epoch are void. */
  access_epoch: Generated<number>;
  /** The host has never been ready yet: the first boot may take longer. */
  first_boot: Generated<boolean>;
  /** When the present state has taken too long. */
  deadline_at: Date | null;
  /** When AWS last accepted a call of ours for this session; observations shortly after it are not news. */
  called_at: Date | null;
  /** Failed calls in a row in the present state, and when the next one may be made. */
  failed_calls: Generated<number>;
  retry_at: Date | null;
  /** Lookups by id that found nothing, and since when. */
  missing_since: Date | null;
  missing_count: Generated<number>;
  updated_at: Date;
  subnet_id: string | null;
  /** Of the boot in which the host was last ready. */
  boot_id: string | null;
  /** A reboot is under way: the host is ready again when its boot is another one than this. */
  rebooting_from: string | null;
  /** A reboot was asked for and has not been accepted by EC2 yet. */
  reboot_wanted: Generated<boolean>;
  /** The instance type that a resize is to bring. */
  resize_to: string | null;
  /** When the present round through zones and fallback types began; refusals before it are forgotten. */
  capacity_round_at: Date | null;
  /** When the owner was told that a hibernated desktop nears EC2's limit of 60 days. */
  expiry_announced_at: Date | null;
  /** SSM parameter with the password of a Windows desktop; null once it has been deleted. */
  password_parameter: string | null;
  /** An automatic stop that is committed when the host has said that nobody is connected. */
  pending_stop: ColumnType<PendingStopColumn | null, string | null | undefined, string | null>;
  /** Until when a start that the schedule wants may still begin; null: for ever. */
  start_until: Date | null;
}

/** The observation that an automatic stop was decided on; times as ISO 8601. */
export interface PendingStopColumn {
  edgeAt: string;
  validUntil: string | null;
  observedAt: string;
  generation: number;
}

export interface LaunchAttemptsTable {
  id: string;
  session_id: string;
  number: number;
  client_token: string;
  /** The frozen RunInstances request, as session-manager wrote it. */
  request: JSONColumnType<object>;
  state: 'open' | 'accepted' | 'refused';
  tries: Generated<number>;
  next_try_at: Date | null;
  instance_id: string | null;
  /** What kind of refusal it was (session-manager's AwsFailureKind); the code is AWS's own. */
  failure_kind: string | null;
  error_code: string | null;
  error_message: string | null;
  opened_at: Date;
  closed_at: Date | null;
}

/** The history that the user can read. */
export interface SessionTransitionsTable {
  id: GeneratedAlways<string>;
  session_id: string;
  from_state: SessionState | null;
  to_state: SessionState;
  cause: string;
  reason_code: string | null;
  reason_sentence: string | null;
  /** The event that told of it; none for `requested`, which the gateway's SessionRequested tells. */
  event_id: string | null;
  at: Date;
}

/** The DCV permissions that a host was last told, where they are not those of its first boot. */
export interface HostPermissionsTable {
  session_id: string;
  /** Beginning of the running state in which they were told; in a later one they are told again. */
  state_since: Date;
  /** Of the permission file and its shares; empty: it is being told, or was not confirmed. */
  digest: string;
  /** The shares by which it lets guests in. */
  share_ids: string[];
  applied_at: Date;
}

/** What EC2 says of its instance types, refreshed daily. */
export interface InstanceTypesTable {
  name: string;
  vcpus: number;
  memory_mib: number;
  gpu: JSONColumnType<{ name: string; manufacturer: string; count: number; memoryMiB: number } | null>;
  architectures: string[];
  hibernation_supported: boolean;
  /** Availability Zones of the region that offer the type. */
  zones: Generated<string[]>;
  refreshed_at: Date;
}

/** The subnets that desktops may be launched in, as EC2 describes them. */
export interface SubnetsTable {
  id: string;
  zone: string;
  cidr: string;
  name: string | null;
  free_addresses: number;
  refreshed_at: Date;
}

/** What became of the images that were asked for (api_gateway.images, same id). */
export interface ImageProgressTable {
  id: string;
  session_id: string;
  state: ImageState;
  ami_id: string | null;
  progress_percent: number | null;
  /** Size of the root volume that was imaged. */
  min_root_volume_gib: number | null;
  reason_code: string | null;
  reason_sentence: string | null;
  /** When CreateImage was last called, whatever came of it: from then on there may be an image at EC2. */
  called_at: Date | null;
  failed_calls: Generated<number>;
  /** EC2 does not show the image, and since when. */
  missing_since: Date | null;
  /** Not before: after a failure it is later. */
  next_look_at: Date;
  started_at: Date;
  finished_at: Date | null;
}
