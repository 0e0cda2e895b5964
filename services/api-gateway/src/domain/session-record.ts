import {
  type Capability,
  type CommandContext,
  capabilitiesOf,
  type DesiredState,
  type IntentArguments,
  type IntentKind,
  type OperatingSystem,
  type Session,
  type SessionState,
  type SessionType,
  type StateReason,
  targetOf,
} from '@deskfleet/contracts';
import type { Principal } from './principal.ts';

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
  createdAt: Date;
  endedAt: Date | null;
  /** Number of the latest intent. */
  generation: number;
  latestIntent: { kind: IntentKind; args: IntentArguments; at: Date };
  /** Null until session-manager has taken it up. */
  runtime: SessionRuntime | null;
}

export interface SessionRuntime {
  state: SessionState;
  stateSince: Date;
  reason: StateReason | null;
  appliedSeq: number;
  desired: DesiredState;
  instanceId: string | null;
  instanceType: string;
  privateIp: string | null;
  /** Where it has been launched. */
  subnetId: string | null;
}

/** What the deployment allows of what can be done with a desktop. */
export interface CapabilityPolicy {
  /** Whether desktops of this system may get another instance type; administrators are no exception. */
  instanceChange: Record<OperatingSystem, boolean>;
}

export function stateOf({ runtime }: SessionRecord): SessionState {
  return runtime?.state ?? 'requested';
}

function isIntentPending({ generation, runtime }: SessionRecord): boolean {
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

/** The session as the API shows it to this viewer. */
export function describeSession(record: SessionRecord, viewer: Principal, policy: CapabilityPolicy): Session {
  const { runtime } = record;
  return {
    id: record.id,
    name: record.name,
    owner: record.owner,
    project: record.project,
    os: record.os,
    softwareStack: record.softwareStack,
    state: stateOf(record),
    stateReason: runtime?.reason ?? null,
    stateSince: (runtime?.stateSince ?? record.createdAt).toISOString(),
    pendingIntent: isIntentPending(record)
      ? { kind: record.latestIntent.kind, since: record.latestIntent.at.toISOString() }
      : null,
    instanceType: runtime?.instanceType ?? record.instanceType,
    rootVolumeGiB: record.rootVolumeGiB,
    hibernation: record.hibernation,
    subnetId: runtime?.subnetId ?? record.subnetId,
    sessionType: record.sessionType,
    instanceId: runtime?.instanceId ?? null,
    createdAt: record.createdAt.toISOString(),
    endedAt: endOf(record)?.toISOString() ?? null,
    capabilities: capabilitiesOf(commandContextOf(record)).filter((capability) =>
      mayEver(capability, { record, viewer, policy }),
    ),
  };
}

/** Whether the viewer may do it with this session at all, whatever its state. */
function mayEver(
  capability: Capability,
  { record, viewer, policy }: { record: SessionRecord; viewer: Principal; policy: CapabilityPolicy },
): boolean {
  switch (capability) {
    // Only the owner may look at the screen: an administrator's rights over a session end there, and before the
    // password that opens it.
    case 'connect':
      return viewer.name === record.owner;
    case 'show-password':
      return viewer.name === record.owner && record.os === 'windows';
    case 'resize':
      return policy.instanceChange[record.os];
    case 'create-image':
      return mayCreateImages(viewer, record);
    default:
      return true;
  }
}

export function mayCreateImages(
  principal: Principal,
  { owner, ownersMayCreateImages }: SessionRecord,
): boolean {
  return principal.administrator || (principal.name === owner && ownersMayCreateImages);
}

function endOf({ endedAt, runtime }: SessionRecord): Date | null {
  return endedAt ?? (runtime?.state === 'terminated' ? runtime.stateSince : null);
}
