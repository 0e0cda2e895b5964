import type { DesiredState, OperatingSystem, SessionState, StateReason } from '@deskfleet/contracts';

/** What session-manager knows of one session: its status and the parts of its spec that rules need. */
export interface SessionStatus {
  sessionId: string;
  owner: string;
  name: string;
  os: OperatingSystem;
  state: SessionState;
  stateSince: Date;
  reason: StateReason | null;
  /** Number of the last applied intent: the generation that this status knows of. */
  appliedSeq: number;
  desired: DesiredState;
  desiredCause: string;
  /** Whether the session has been in the desired state since the last intent was applied. */
  targetObserved: boolean;
  forceStop: boolean;
  /** Launched so that it can hibernate. */
  hibernation: boolean;
  instanceId: string | null;
  instanceType: string;
  privateIp: string | null;
  /** The host has never been ready yet. */
  firstBoot: boolean;
  deadlineAt: Date | null;
  /** When our last call for this session was made. */
  calledAt: Date | null;
  failedCalls: number;
  retryAt: Date | null;
  missingSince: Date | null;
  missingCount: number;
  /** A launch attempt whose answer is not known yet. */
  openAttempt: { id: string; nextTryAt: Date | null } | null;
}

/** The states of an EC2 instance (EC2 API, InstanceState). */
export const ec2States = [
  'pending',
  'running',
  'shutting-down',
  'terminated',
  'stopping',
  'stopped',
] as const;
export type Ec2State = (typeof ec2States)[number];

/** What EC2 says of one instance. */
export interface Observation {
  instanceId: string;
  state: Ec2State;
  /** EC2's own code for why, such as `Server.InternalError` or `Client.UserInitiatedShutdown`. */
  stateReasonCode: string | null;
  stateReasonMessage: string | null;
  instanceType: string;
  privateIp: string | null;
  availabilityZone: string | null;
  /** Tag `deskfleet:session`. */
  sessionTag: string | null;
  clientToken: string | null;
}
