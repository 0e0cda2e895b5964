import type { Mount, OperatingSystem, SessionState, SessionType, StateReason } from '@deskfleet/contracts';
import type { AutomaticFacts } from '../domain/automatic-facts.ts';
import type { LaunchPlaces } from '../domain/choose-place.ts';
import type { PowerCall } from '../domain/decide-call-failure.ts';
import type { Intent, IntentDecision, IntentFacts } from '../domain/decide-intent.ts';
import type { StrayFacts } from '../domain/decide-stray.ts';
import type { LaunchRequest } from '../domain/launch-request.ts';
import type { AwsFailure } from '../domain/reasons.ts';
import type { SessionStatus } from '../domain/session-status.ts';

/** What a launch is made of: the spec, its software stack and profile, and where it may go. */
export interface LaunchSpec {
  sessionId: string;
  owner: string;
  /** The uid of the owner's account on Linux hosts. */
  ownerUid: number;
  name: string;
  project: string | null;
  os: OperatingSystem;
  baseOs: string;
  architecture: string;
  /** The type that was asked for. */
  instanceType: string;
  fallbackInstanceTypes: string[];
  minMemoryGiB: number;
  rootVolumeGiB: number;
  hibernation: boolean;
  sessionType: SessionType;
  image: string;
  /** The image for instance types with a GPU, where it is another one. */
  graphicsImage: string | null;
  mounts: Mount[];
  hookScript: string | null;
  /** The subnet that the user chose. */
  subnetId: string | null;
  /** Subnets that the profile allows; empty: all of the deployment's. */
  allowedSubnets: string[];
}

export interface LaunchAttempt {
  id: string;
  sessionId: string;
  number: number;
  clientToken: string;
  request: LaunchRequest;
  openedAt: Date;
  tries: number;
}

/** What happens to a launch attempt together with a change of its session. */
export type AttemptChange =
  | { attemptId: string; becomes: 'accepted'; instanceId: string }
  | { attemptId: string; becomes: 'refused'; failure: AwsFailure }
  | { attemptId: string; becomes: 'open'; nextTryAt: Date; failure: AwsFailure };

/**
 * Fields of the status that a change may set; `endsAccess` voids the tokens issued so far, `correlationId` says which
 * request the events that follow belong to.
 */
export type StatusFields = Partial<
  Pick<
    SessionStatus,
    | 'desired'
    | 'desiredCause'
    | 'reason'
    | 'forceStop'
    | 'rebootWanted'
    | 'rebootingFrom'
    | 'resizeTo'
    | 'instanceId'
    | 'instanceType'
    | 'availabilityZone'
    | 'subnetId'
    | 'privateIp'
    | 'bootId'
    | 'firstBoot'
    | 'deadlineAt'
    | 'calledAt'
    | 'failedCalls'
    | 'retryAt'
    | 'missingSince'
    | 'missingCount'
    | 'capacityRoundAt'
    | 'expiryAnnouncedAt'
    | 'targetObserved'
    | 'pendingStop'
    | 'startUntil'
  > & { endsAccess: boolean; correlationId: string | null }
>;

/** What a decision changes; committed as one, with its transition row and event. */
export interface StatusChange {
  transition?: { to: SessionState; cause: string; reason: StateReason | null };
  set?: StatusFields;
  attempt?: AttemptChange;
  /** The last intent cannot be fulfilled: told to the owner as SessionCommandRejected. */
  rejects?: { kind: Intent['kind']; reason: StateReason };
  /** What nobody asked for cannot be done: told to the owner as SessionAutomaticChangeFailed. */
  fails?: { change: 'start' | 'stop'; reason: StateReason };
  /** The machine has another type now: told as SessionResized. */
  resized?: { from: string };
  /** Told as SessionHibernationExpiring. */
  expires?: { hibernatedSince: Date; resumableUntil: Date };
}

/** A decision that is made again on what is true under the session's lock; null changes nothing. */
export type Decide = (status: SessionStatus, now: Date) => StatusChange | null;

/** A change that nobody asked for, decided on what is true under the session's lock; null changes nothing. */
export type DecideAutomatically = (facts: AutomaticFacts, now: Date) => StatusChange | null;

/**
 * Applies a session's intents, decides and commits, all under its lock. Of a session that is not in the database nothing
 * is decided.
 */
export type ChangeAutomatically = (sessionId: string, decide: DecideAutomatically) => Promise<void>;

/** The sessions as session-manager keeps them in Postgres: every write is one transaction under the session's lock. */
export interface SessionStore {
  /** Every session that has not ended; `moving` are those that are not where they are wanted, or wait for their host. */
  live(scope: 'all' | 'moving'): Promise<SessionStatus[]>;
  /** Sessions with intents that have not been applied; `recent` looks at the last minutes only, which is cheap. */
  withUnappliedIntents(scope: 'recent' | 'all'): Promise<string[]>;
  applyIntents(
    sessionId: string,
    decide: (facts: IntentFacts, intent: Intent) => IntentDecision,
  ): Promise<void>;
  change(name: string, sessionId: string, decide: Decide): Promise<void>;
  changeAutomatically(name: string, ...change: Parameters<ChangeAutomatically>): Promise<void>;
  /** Records that a call is about to be made, for those sessions that still are as they were when it was decided. */
  beginCalls(call: PowerCall | 'resize', sessions: SessionStatus[]): Promise<Set<string>>;
  launchSpec(sessionId: string): Promise<LaunchSpec | null>;
  /** Opens the next attempt with this request; null when the session must not be launched any more. */
  beginAttempt(sessionId: string, request: LaunchRequest): Promise<LaunchAttempt | null>;
  openAttempt(sessionId: string): Promise<LaunchAttempt | null>;
  /** Where a session may be launched, and which of these places have refused in the present round. */
  launchPlaces(spec: LaunchSpec): Promise<LaunchPlaces>;
  /** Which of these instances belong to no session that lives. */
  unowned(instanceIds: string[]): Promise<Set<string>>;
  /** What the records say of an instance with this client token, tagged with this session. */
  stray(clientToken: string | null, sessionTag: string | null): Promise<Stray>;
}

export interface Stray {
  facts: StrayFacts;
  attempt: { id: string; sessionId: string } | null;
}
