import type { OperatingSystem, StateReason } from '@deskfleet/contracts';
import type { PowerCall } from '../domain/decide-call-failure.ts';
import type { ImageRequest } from '../domain/image-request.ts';
import type { ImageObservation } from '../domain/image-status.ts';
import type { LaunchRequest } from '../domain/launch-request.ts';
import type { AwsFailure } from '../domain/reasons.ts';
import type { HostAnswer, Observation } from '../domain/session-status.ts';

export type LaunchAnswer = { launched: Observation } | { failure: AwsFailure };

/** Partial success is the normal case when many instances travel in one call. */
export interface PowerAnswer {
  accepted: string[];
  failed: { instanceId: string; failure: AwsFailure }[];
}

/** What session-manager needs of EC2. No method throws for what AWS answers; each failure is a value. */
export interface Compute {
  launch(clientToken: string, request: LaunchRequest): Promise<LaunchAnswer>;
  /** One call for all of these; rebooting and cutting the power among them. */
  power(call: PowerCall, instanceIds: string[]): Promise<PowerAnswer>;
  /** Gives a stopped instance another type; null when AWS accepted. */
  resize(instanceId: string, instanceType: string): Promise<AwsFailure | null>;
  /** Every instance of the cluster, terminated ones included as long as EC2 remembers them. */
  describeCluster(): Promise<{ observations: Observation[] } | { failure: AwsFailure }>;
  /** These instances only; what EC2 does not know is left out. */
  describe(instanceIds: string[]): Promise<{ observations: Observation[] } | { failure: AwsFailure }>;
  findByClientToken(clientToken: string): Promise<{ found: Observation | null } | { failure: AwsFailure }>;
}

export interface ResolvedImage {
  imageId: string;
  rootDeviceName: string;
  minRootVolumeGiB: number;
  /** EC2's word, such as `x86_64`. */
  architecture: string;
  os: OperatingSystem;
}

export type ImageAnswer = { image: ResolvedImage } | { failure: AwsFailure };

/** Images by their source: an AMI id, or a public SSM parameter that names one. */
export interface Images {
  /** For a launch: what AWS said in the last hour. */
  resolve(source: string): Promise<ImageAnswer>;
  /** What AWS says now. */
  inspect(source: string): Promise<ImageAnswer>;
  /** EC2 does not know this AMI any more: what was remembered of it is not to be believed. */
  forget(imageId: string): void;
}

/** User data in base64, or why there can be none for this host. */
export type RenderedUserData = { userData: string } | { fault: StateReason };

export type CreateImageAnswer = { amiId: string } | { nameTaken: true } | { failure: AwsFailure };

/** Where images of desktops are made. */
export interface ImageMaker {
  create(request: ImageRequest): Promise<CreateImageAnswer>;
  /** The image of ours with this name; null when EC2 shows none, which proves nothing just after a call. */
  findByName(name: string): Promise<{ amiId: string | null } | { failure: AwsFailure }>;
  /** These images; what EC2 does not know is left out. */
  observe(amiIds: string[]): Promise<{ observations: ImageObservation[] } | { failure: AwsFailure }>;
  /** How much of the disks is copied, by the images' ids as we know them; those without a word of EC2 are left out. */
  percentCopied(imageIds: string[]): Promise<{ percents: Map<string, number> } | { failure: AwsFailure }>;
}

export interface Host {
  instanceId: string;
  os: OperatingSystem;
  dcvSessionId: string;
  /** The account that the DCV session must belong to: an image may bring a session of its own. */
  owner: string;
}

/** The desktops' hosts, reached over SSM. */
export interface Hosts {
  /** What each of these says of its session, by instance id. */
  probe(hosts: Host[]): Promise<Map<string, HostAnswer>>;
}

export interface InstanceTypeFacts {
  name: string;
  vcpus: number;
  memoryMiB: number;
  gpu: { name: string; manufacturer: string; count: number; memoryMiB: number } | null;
  architectures: string[];
  hibernationSupported: boolean;
  /** Availability Zones that offer it; never none. */
  zones: string[];
}

export interface InstanceTypeSource {
  all(): Promise<InstanceTypeFacts[]>;
}

/** What operators should look at now; counted and logged under a stable name. */
export type Alert = (name: AlertName, detail: Record<string, unknown>, sentence: string) => void;

export type AlertName =
  | 'stuck-transition'
  | 'mass-disappearance'
  | 'unowned-instance'
  | 'superfluous-instance'
  | 'launch-unconfirmed'
  | 'subnet-missing'
  | 'image-overdue'
  | 'permissions-overdue'
  | 'aws-refuses';
