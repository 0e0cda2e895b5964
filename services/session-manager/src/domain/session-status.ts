import type { DesiredState, OperatingSystem, SessionState, StateReason } from '@deskfleet/contracts';

/** What becomes of a hibernation that EC2 refuses: a plain stop, or the desktop runs on and its owner is told. */
export type HibernationFallback = 'none' | 'stop';

/** What session-manager knows of one session: its status and the parts of its spec that rules need. */
export interface SessionStatus {
  sessionId: string;
  owner: string;
  name: string;
  os: OperatingSystem;
  /** Launched so that it can hibernate. */
  hibernation: boolean;
  hibernationFallback: HibernationFallback;
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
  /** A reboot was asked for, or has not shown an effect, and is to be called. */
  rebootWanted: boolean;
  /** A reboot is under way: the host is ready again in another boot than this. */
  rebootingFrom: string | null;
  /** The instance type that a resize is to bring. */
  resizeTo: string | null;
  instanceId: string | null;
  instanceType: string;
  availabilityZone: string | null;
  subnetId: string | null;
  privateIp: string | null;
  /** The boot in which the host was last ready. */
  bootId: string | null;
  /** The host has never been ready yet. */
  firstBoot: boolean;
  deadlineAt: Date | null;
  /** When our last call for this session was made. */
  calledAt: Date | null;
  failedCalls: number;
  retryAt: Date | null;
  missingSince: Date | null;
  missingCount: number;
  /** When the present round through zones and fallback types began; null: with the present state. */
  capacityRoundAt: Date | null;
  /** When the owner was told that a hibernated desktop nears EC2's limit. */
  expiryAnnouncedAt: Date | null;
  /** A launch attempt whose answer is not known yet. */
  openAttempt: { id: string; nextTryAt: Date | null } | null;
  /** An automatic stop that is committed when the host has said that nobody is connected. */
  pendingStop: PendingStop | null;
  /** Until when a start that the schedule wants may still begin: the close of its window; null: for ever. */
  startUntil: Date | null;
}

/** The observation that an automatic stop was decided on. */
export interface PendingStop {
  edgeAt: Date;
  validUntil: Date | null;
  observedAt: Date;
  generation: number;
}

/** Whether what is wanted of a session is still what it was: neither an intent nor a clock came in between. */
export function isSameWish(one: SessionStatus, other: SessionStatus): boolean {
  return (
    one.appliedSeq === other.appliedSeq &&
    one.desired === other.desired &&
    one.desiredCause === other.desiredCause
  );
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
  subnetId: string | null;
  /** Tag `deskfleet:session`. */
  sessionTag: string | null;
  clientToken: string | null;
}

/** What a host said, asked over SSM whether it serves its desktop. */
export type HostAnswer =
  /**
   * DCV serves the session, in this boot of the host and to so many clients; null where the host did not name its boot, or
   * not how many.
   */
  | { ready: true; bootId: string | null; connections: number | null }
  /** The SSM agent has not answered, or DCV has not. */
  | { ready: false; why: 'unreachable' | 'not-ready' };
