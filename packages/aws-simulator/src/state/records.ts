import type { Image } from '../catalogue/images.ts';
import type { Delays } from './delays.ts';
import type { Power } from './instance-power.ts';
import type { ClockSetting } from './simulator-clock.ts';

export interface VolumeRecord {
  volumeId: string;
  sizeGiB: number;
  type: string;
  iops: number | null;
  throughput: number | null;
  encrypted: boolean;
  kmsKeyId: string | null;
  deleteOnTermination: boolean;
  tags: Record<string, string>;
}

/** The instance was of this type until then; Describe calls that lag still say so. */
export interface PastType {
  instanceType: string;
  until: number;
}

/** An instance as EC2 knows it. Its state is computed from `powers` and the time asked about. */
export interface InstanceRecord {
  instanceId: string;
  /** Launch order over the simulator's life; pages are cut by it. */
  ordinal: number;
  reservationId: string;
  launchIndex: number;
  imageId: string;
  instanceType: string;
  pastTypes: PastType[];
  subnetId: string;
  region: string;
  zone: string;
  privateIp: string;
  networkInterfaceId: string;
  clientToken: string;
  keyName: string | null;
  securityGroupIds: string[];
  instanceProfileArn: string | null;
  httpTokens: 'required' | 'optional';
  hibernationConfigured: boolean;
  ebsOptimized: boolean;
  /** `DisableApiTermination`: TerminateInstances is refused. */
  terminationProtected: boolean;
  tags: Record<string, string>;
  volume: VolumeRecord;
  /** What was asked of the instance and accepted, oldest first. */
  powers: Power[];
}

/** An image made by CreateImage. Its state is computed from these and the time asked about. */
export interface ImageRecord {
  image: Image;
  region: string;
  sourceInstanceId: string;
  sourceVolumeId: string;
  tags: Record<string, string>;
  snapshotTags: Record<string, string>;
  requestedAt: number;
  /** When the snapshot is complete, unless it hangs. */
  finishedAt: number;
  outcome: ImageOutcome;
}

export type ImageOutcome = 'ok' | 'fails' | 'hangs';

/** An image that was deregistered, whoever had made it. */
export interface DeregistrationRecord {
  imageId: string;
  at: number;
}

export interface Connection {
  id: string;
  /** By which the `dcv` program knows it; never given again on this host. */
  number: number;
  username: string;
  userAgent: string;
  /** `viewer` connections end with the simulator process; steered ones stay until they are taken away. */
  origin: 'viewer' | 'steered';
  connectedAt: number;
  lastInteractionAt: number;
}

/** From `at` on, this many people were connected, and the CPU was steered to `cpuPercent` (null: it follows the host). */
export interface ActivityMark {
  at: number;
  connections: number;
  cpuPercent: number | null;
}

/** What runs on an instance: agent, DCV server, the people connected, and how these are steered. */
export interface HostRecord {
  instanceId: string;
  /** `silent`: registered and online, but commands get no answer. `offline`: the connection is lost. */
  agent: 'ok' | 'silent' | 'offline';
  /** `down`: the session runs on, and the `dcv` program answers with an error. `keeps-connections`: it closes none. */
  dcv: 'ok' | 'never-ready' | 'down' | 'keeps-connections';
  /** Use of each GPU; null: idle ones, as many as the type has of NVIDIA's. */
  gpuPercents: number[] | null;
  nvidiaSmi: 'ok' | 'missing' | 'failing';
  /** The host's own clock is ahead by so much, or behind. */
  clockOffsetSeconds: number;
  /** Stop requests without Force never complete. */
  stopHangs: boolean;
  /** What comes of StopInstances with Hibernate. */
  hibernation: 'ok' | 'refused' | 'falls-back-to-stop' | 'hangs';
  /** RebootInstances is accepted, and nothing happens. */
  rebootIgnored: boolean;
  /** The SSM parameter that the user data names for the host to read its password from. */
  passwordParameter: string | null;
  /** The host had read it before it was deleted. */
  passwordFetched: boolean;
  /** The permission file that the host was sent last, and that command's number; null: the file of its first boot. */
  permissions: { text: string; number: number } | null;
  connections: Connection[];
  lastConnectionNumber: number;
  lastDisconnectedAt: number | null;
  /** The boot in which `lastDisconnectedAt` was steered, if it ever was. */
  disconnectionSteeredInBoot: string | null;
  activity: ActivityMark[];
}

/** A RunInstances client token: valid in one zone, for one set of parameters. */
export interface TokenRecord {
  parametersHash: string;
  reservationId: string;
  instanceIds: string[];
  usedAt: number;
}

export interface ParameterRecord {
  name: string;
  type: 'String' | 'StringList' | 'SecureString';
  value: string;
  version: number;
  keyId: string | null;
  description: string | null;
  dataType: string;
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
}

export interface InvocationRecord {
  instanceId: string;
  /** Null until the host has answered; then the result is kept as it was at that time. */
  result: { exitCode: number; stdout: string; stderr: string; finishedAt: number } | null;
}

export interface CommandRecord {
  commandId: string;
  documentName: string;
  parameters: Record<string, string[]>;
  comment: string;
  requestedAt: number;
  finishAt: number;
  deliveryDeadlineAt: number;
  timeoutSeconds: number;
  invocations: InvocationRecord[];
}

export interface NoCapacity {
  /** An instance type, or `*`. */
  instanceType: string;
  /** An Availability Zone such as us-east-1a, or `*`. */
  zone: string;
  /** So many instances may run there; null: nothing starts, whatever stops. */
  capacity: number | null;
}

/** The type is not offered in the zone any more, or nowhere (`*`). */
export interface NotOffered {
  instanceType: string;
  zone: string;
}

export interface SubnetFault {
  subnetId: string;
  removed: boolean;
  /** So many instances may have an address there; null: as many as the block has. */
  addresses: number | null;
}

export interface ErrorFault {
  /** An API name such as RunInstances, or `*`. */
  api: string;
  /** Only calls that name this instance; null: all. */
  instanceId: string | null;
  code: string;
  status: number | null;
  message: string | null;
  /** Calls still to be refused; null refuses all until the fault is cleared. */
  remaining: number | null;
}

export interface LostResponse {
  api: string;
  remaining: number;
}

export interface FaultSettings {
  noCapacity: NoCapacity[];
  errors: ErrorFault[];
  lostResponses: LostResponse[];
  notOffered: NotOffered[];
  subnets: SubnetFault[];
  /** vCPUs that may run in a region; null: no limit. */
  vcpuLimit: number | null;
  /** What comes of images requested from now on. */
  images: ImageOutcome;
  /** Describe calls answer as of this many seconds ago. */
  describeLagSeconds: number;
  /** Each API call takes this long, in real milliseconds. */
  latencyMs: number;
  /** AWS's own token buckets. */
  throttling: boolean;
}

export interface SettingsRecord {
  clock: ClockSetting;
  delays: Delays;
  faults: FaultSettings;
  lastOrdinal: number;
}

export interface UserDataRecord {
  base64: string;
}

export interface MetricRecord {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  /** Sorted by time. */
  points: { at: number; value: number; unit: string }[];
}
