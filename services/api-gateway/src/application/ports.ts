import type {
  CreateSessionBody,
  DeskfleetEvent,
  InspectedImage,
  IntentArguments,
  IntentKind,
  IssuedToken,
  OperatingSystem,
  Project,
  SessionState,
  SoftwareStack,
  Subnet,
  WindowsPassword,
} from '@deskfleet/contracts';
import type { DateTime } from 'luxon';
import type { AdmissionFacts } from '../domain/admission.ts';
import type { CatalogueKind } from '../domain/catalogue-kinds.ts';
import type { SharedWhile } from '../domain/hearing.ts';
import type { InstanceTypeFacts } from '../domain/instance-type-rules.ts';
import type { ResizeFacts } from '../domain/judge-resize.ts';
import type { Principal } from '../domain/principal.ts';
import type { SessionRecord } from '../domain/session-record.ts';
import type { StackProject } from '../domain/stack-visibility.ts';

/** The database's time, as every process has it. */
export type Now = () => DateTime;
export type NewId = () => string;

/** Who asks, and by which request: what the audit log and the events tell of it. */
export interface Request {
  principal: Principal;
  /** Correlation id of the intents and events that follow. */
  requestId: string;
  sourceAddress: string;
}

export interface SessionQuery {
  /** Only those that this user owns, or that are shared with them; null: everybody's. */
  visibleTo: string | null;
  /** Null: of all owners. */
  owner: string | null;
  states: SessionState[] | null;
  os: OperatingSystem | null;
  /** Id of the project that the sessions are counted for. */
  project: string | null;
  /** Text that the name or the owner has, whatever its case. */
  search: string | null;
  /** Only sessions that are older than this one. */
  before: string | null;
  limit: number;
}

export interface SessionReader {
  findSession(id: string): Promise<SessionRecord | null>;
  /** Newest first. */
  listSessions(query: SessionQuery): Promise<SessionRecord[]>;
  /** What is shared with a user now. */
  listShared(user: string): Promise<SharedWhile[]>;
  countLiveSessions(owner: string): Promise<Record<OperatingSystem, number>>;
}

/** A software stack that is switched on, with what its profile allows and who may use it. */
export interface CatalogueStack extends Omit<SoftwareStack, 'hibernation' | 'projects'> {
  allowedInstanceTypes: string[];
  /** Empty: all of the deployment's. */
  allowedSubnets: string[];
  projects: StackProject[];
}

export interface CatalogueReader {
  /** By name; `userName` is whose memberships count. */
  listSoftwareStacks(userName: string): Promise<CatalogueStack[]>;
  /** Null when there is none of that id, or it is switched off. */
  findSoftwareStack(id: string, userName: string): Promise<CatalogueStack | null>;
  listInstanceTypes(): Promise<InstanceTypeFacts[]>;
  /** Empty until session-manager has read them. */
  listSubnets(): Promise<Subnet[]>;
  /** By name; of one member, or all. */
  listProjects(member: string | null): Promise<Project[]>;
}

/** What is written to the audit log. */
export interface AuditEntry {
  id: string;
  at: Date;
  /** `user:NAME`, or `admin:NAME` for what was done to somebody else's session. */
  actor: string;
  action:
    | 'session.create'
    | `session.${Exclude<IntentKind, 'launch'>}`
    | 'session.connect'
    | 'session.show-password'
    | 'session.create-image'
    | 'session.change-schedule'
    | 'session.change-overrides'
    | 'session.change-settings'
    | 'session.keep-alive'
    | 'session.share'
    | 'session.withdraw-share'
    | 'user.disable'
    | 'user.enable'
    | `${CatalogueKind}.${'create' | 'update' | 'delete'}`;
  /** Null: it is about no session. */
  sessionId: string | null;
  sourceAddress: string;
  detail: Record<string, unknown>;
}

export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
}

type RequestEventType =
  | 'deskfleet.session.requested.v1'
  | 'deskfleet.session.start-requested.v1'
  | 'deskfleet.session.stop-requested.v1'
  | 'deskfleet.session.reboot-requested.v1'
  | 'deskfleet.session.resize-requested.v1'
  | 'deskfleet.session.terminate-requested.v1'
  | 'deskfleet.session.schedule-changed.v1'
  | 'deskfleet.session.settings-changed.v1'
  | 'deskfleet.session.keep-alive-requested.v1'
  | 'deskfleet.image.requested.v1'
  | 'deskfleet.access.share-granted.v1'
  | 'deskfleet.access.share-revoked.v1'
  | 'deskfleet.access.user-disabled.v1';

/** An event of ours, before it gets its envelope. */
export type OwnEvent = {
  [T in RequestEventType]: { type: T; data: DeskfleetEvent<T>['data'] };
}[RequestEventType];

/** An event with the request behind it. */
export type Announcement = OwnEvent & { correlationId: string };

/** An answer that is given again to a repeated request. */
export interface StoredAnswer {
  status: number;
  location: string | null;
  body: string;
}

export interface IdempotencyKey {
  key: string;
  /** Of the method, path and body. */
  requestHash: string;
}

export interface AdmittedSession {
  session: SessionRecord;
  correlationId: string;
  audit: AuditEntry;
  announcement: Announcement;
  /** The answer to keep, when the request has a key. */
  answer: (StoredAnswer & IdempotencyKey) | null;
}

/** What an admission does inside its transaction. */
export interface AdmissionStep {
  readFacts(
    request: CreateSessionBody,
    key: string | null,
  ): Promise<
    Omit<AdmissionFacts, 'administrator' | 'otherTypes'> & {
      previous: (StoredAnswer & { requestHash: string }) | null;
    }
  >;
  readInstanceTypes(): Promise<InstanceTypeFacts[]>;
  record(admitted: AdmittedSession): Promise<void>;
}

export interface Admissions {
  /** Runs `work` in one transaction that excludes the owner's other admissions. */
  admit<Result>(owner: string, work: (step: AdmissionStep) => Promise<Result>): Promise<Result>;
}

export interface NewIntent {
  sessionId: string;
  seq: number;
  kind: IntentKind;
  args: IntentArguments;
  cause: string;
  at: Date;
  correlationId: string;
}

/** What accepting an intent does inside its transaction. */
export interface IntentStep {
  /** As it is now, under its lock; null when there is none of that id. */
  session: SessionRecord | null;
  readResizeFacts(session: SessionRecord, instanceType: string): Promise<ResizeFacts>;
  append(intent: NewIntent, announcement: Announcement, audit: AuditEntry): Promise<void>;
}

export interface Intents {
  /** Runs `work` in one transaction that excludes every other decision about the session. */
  withSession<Result>(sessionId: string, work: (step: IntentStep) => Promise<Result>): Promise<Result>;
}

export interface TokenIssuer {
  issue(request: { sessionId: string; user: string; clientAddress: string }): Promise<TokenIssue>;
}

export type TokenIssue =
  | { kind: 'issued'; token: IssuedToken }
  /** The session has changed since it was looked at. */
  | { kind: 'not-running' }
  /** The user may not connect to it any more: a share has ended, or ends within the second. */
  | { kind: 'not-found' }
  | { kind: 'unavailable' };

export interface UserDirectory {
  /** Makes sure that the user has a row, and tells whether an administrator has disabled them. */
  recordSeen(principal: Principal): Promise<{ disabled: boolean }>;
  /** What is remembered of a user is not true any more. */
  forget(name: string): void;
  /** Null: they have not said it. */
  readTimezone(name: string): Promise<string | null>;
  keepTimezone(name: string, timezone: string | null): Promise<void>;
}

/** What only AWS knows: session-manager alone asks it. */
export interface SessionManagerClient {
  /** What EC2 says of an AMI, or of the one that a public SSM parameter names. */
  inspectImage(image: string): Promise<ImageInspection>;
  /** The administrator account of a Windows desktop. */
  windowsPassword(sessionId: string): Promise<PasswordReading>;
}

export type ImageInspection =
  | { kind: 'image'; image: InspectedImage }
  | { kind: 'unknown' }
  | { kind: 'unavailable' };

export type PasswordReading =
  | { kind: 'password'; password: WindowsPassword }
  /** There is none: the session has changed since it was looked at. */
  | { kind: 'refused' }
  | { kind: 'unavailable' };
