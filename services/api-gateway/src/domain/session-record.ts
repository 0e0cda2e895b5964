import {
  type CommandContext,
  type DesiredState,
  type IdleStatus,
  type IntentArguments,
  type IntentKind,
  type OperatingSystem,
  type SessionState,
  type SessionType,
  type StateReason,
  targetOf,
} from '@deskfleet/contracts';
import type { Principal } from './principal.ts';
import type { SchedulingSpec } from './scheduling-spec.ts';
import type { StateStep } from './usage.ts';

/** A session as the store knows it: what is wanted, its latest intent, and what session-manager says it is. */
export interface SessionRecord {
  id: string;
  owner: string;
  name: string;
  os: OperatingSystem;
  softwareStack: { id: string; name: string };
  instanceType: string;
  rootVolumeGiB: number;
  sessionType: SessionType;
  /** Launched so that it can hibernate. */
  hibernation: boolean;
  /** The subnet that was asked for; null left it open. */
  subnetId: string | null;
  /** What it is counted for. */
  project: { id: string; name: string } | null;
  /** Whether the profile of its software stack lets owners make images of their desktops. */
  ownersMayCreateImages: boolean;
  /** Whether that profile lets users choose when their desktops run. */
  usersMayChangeSchedule: boolean;
  /** Whether that profile has desktops stopped when their hours close. */
  profileStopsAtClose: boolean;
  createdAt: Date;
  endedAt: Date | null;
  scheduling: SchedulingSpec;
  /** Raised with every change of the name or of `scheduling`. */
  specVersion: number;
  /** When it will be terminated because it has been stopped for so long, as the scheduler has announced. */
  expiresAt: Date | null;
  /** What idle-monitor found last; null: it has never looked. */
  idleFinding: IdleFinding | null;
  /** What it has been in the present month, from the state in which it was before. */
  steps: StateStep[];
  /** Number of the latest intent. */
  generation: number;
  latestIntent: { kind: IntentKind; args: IntentArguments; cause: string; at: Date };
  /** Whom it is shared with at the moment. */
  guests: Guest[];
  /** Null until session-manager has taken it up. */
  runtime: SessionRuntime | null;
}

/** Somebody who may connect by a share that counts. */
export interface Guest {
  shareId: string;
  user: string;
  permissions: string;
  expiresAt: Date;
}

/** What was found of the use of a session, which may have been stopped and started again since. */
export interface IdleFinding {
  status: IdleStatus;
  sentence: string;
  checkedAt: Date;
  /** Since when nobody has used it, and when it stops if that goes on; null where that is not known. */
  idleSince: Date | null;
  stopsAt: Date | null;
  /** When the owner was warned; null: no warning holds. */
  warnedAt: Date | null;
  /** Checks in a row that could not tell. */
  unknownChecks: number;
}

export interface SessionRuntime {
  state: SessionState;
  stateSince: Date;
  reason: StateReason | null;
  appliedSeq: number;
  desired: DesiredState;
  /** Cause of the last applied intent, or `external`. */
  desiredCause: string;
  instanceId: string | null;
  instanceType: string;
  privateIp: string | null;
  /** Where it has been launched. */
  subnetId: string | null;
}

export function stateOf({ runtime }: SessionRecord): SessionState {
  return runtime?.state ?? 'requested';
}

/** Whether what was asked last has not been acted on yet. */
export function isIntentPending({ generation, runtime }: SessionRecord): boolean {
  return generation > (runtime?.appliedSeq ?? 0);
}

/** What commands on the session are judged by. An intent that was applied or rejected counts as session-manager says. */
export function commandContextOf(record: SessionRecord): CommandContext {
  const { runtime, latestIntent } = record;
  return {
    state: stateOf(record),
    desired:
      runtime && !isIntentPending(record) ? runtime.desired : targetOf(latestIntent.kind, latestIntent.args),
    hasInstance: runtime !== null && runtime.instanceId !== null,
    hibernation: record.hibernation,
  };
}

/** Whether it is over, or about to be: nothing can be changed of it any more. */
export function isEnding(record: SessionRecord): boolean {
  const { state, desired } = commandContextOf(record);
  return state === 'terminated' || desired === 'terminated';
}

/** What names the version of all that is wanted of it; its status does not count. */
export function versionOf({ generation, specVersion }: SessionRecord): string {
  return `${generation}.${specVersion}`;
}

export function mayCreateImages(
  principal: Principal,
  { owner, ownersMayCreateImages }: SessionRecord,
): boolean {
  return principal.administrator || (principal.name === owner && ownersMayCreateImages);
}
