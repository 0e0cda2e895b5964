import type { OperatingSystem } from '@deskfleet/contracts';
import type { ImageRequest } from '../domain/image-request.ts';
import type { ImageObservation } from '../domain/image-status.ts';
import type { LaunchRequest } from '../domain/launch-request.ts';
import type { AwsFailure } from '../domain/reasons.ts';
import type { Observation } from '../domain/session-status.ts';

export type LaunchAnswer = { launched: Observation } | { failure: AwsFailure };

/** Partial success is the normal case when many instances travel in one call. */
export interface PowerAnswer {
  accepted: string[];
  failed: { instanceId: string; failure: AwsFailure }[];
}

/** What session-manager needs of EC2. No method throws for what AWS answers; each failure is a value. */
export interface Compute {
  launch(clientToken: string, request: LaunchRequest): Promise<LaunchAnswer>;
  start(instanceIds: string[]): Promise<PowerAnswer>;
  stop(instanceIds: string[], options: { force: boolean }): Promise<PowerAnswer>;
  terminate(instanceIds: string[]): Promise<PowerAnswer>;
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
}

/** Where images come from: an AMI id, or a public SSM parameter that names one. */
export interface Images {
  resolve(image: string): Promise<{ image: ResolvedImage } | { failure: AwsFailure }>;
}

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
}

/** The desktops' hosts, reached over SSM. */
export interface Hosts {
  /** Which of these answer `dcv describe-session` for their session: those are ready. */
  readyAmong(hosts: Host[]): Promise<Set<string>>;
}

export interface InstanceTypeFacts {
  name: string;
  vcpus: number;
  memoryMiB: number;
  gpu: { name: string; manufacturer: string; count: number; memoryMiB: number } | null;
  architectures: string[];
  hibernationSupported: boolean;
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
  | 'image-overdue'
  | 'aws-refuses';
