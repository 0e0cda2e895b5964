import { type Capability, capabilitiesOf, type OperatingSystem, type Session } from '@deskfleet/contracts';
import { costOf, type PriceList } from './cost.ts';
import { describeIdle } from './describe-idle.ts';
import { describeSchedule } from './describe-schedule.ts';
import { overridesAt } from './overrides.ts';
import type { Principal } from './principal.ts';
import { mayChangeSchedule, type SchedulePolicy } from './schedule-policy.ts';
import { accessOf, mayConnect } from './session-access.ts';
import {
  commandContextOf,
  isIntentPending,
  mayCreateImages,
  type SessionRecord,
  stateOf,
} from './session-record.ts';
import { describeUsage, usageOf } from './usage.ts';

/** What the deployment says of desktops: what can be done with them, and what they cost. */
export interface DeploymentPolicy {
  /** Whether desktops of this system may get another instance type; administrators are no exception. */
  instanceChange: Record<OperatingSystem, boolean>;
  schedules: Pick<SchedulePolicy, 'usersMayChange'>;
  /** Null: it has none. */
  prices: PriceList | null;
}

/** Who looks at a session, and when. */
export interface Viewing {
  viewer: Principal;
  policy: DeploymentPolicy;
  now: Date;
}

/** The session as the API shows it to this viewer. @throws Error for somebody who may not see it */
export function describeSession(record: SessionRecord, viewing: Viewing): Session {
  const { runtime, scheduling } = record;
  const { viewer, policy, now } = viewing;
  const instanceType = runtime?.instanceType ?? record.instanceType;
  const usage = usageOf(record, now);
  const access = accessOf(viewer, record);
  if (access === 'none') throw new Error(`Session ${record.id} was about to be shown to somebody else.`);
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
    instanceType,
    rootVolumeGiB: record.rootVolumeGiB,
    hibernation: record.hibernation,
    subnetId: runtime?.subnetId ?? record.subnetId,
    sessionType: record.sessionType,
    instanceId: runtime?.instanceId ?? null,
    createdAt: record.createdAt.toISOString(),
    endedAt: endOf(record)?.toISOString() ?? null,
    schedule: describeSchedule(record, viewer, now),
    overrides: overridesAt(scheduling, now),
    stopAtClose: scheduling.stopAtClose ?? record.profileStopsAtClose,
    idle: describeIdle(record, now),
    expiresAt: expiryOf(record),
    usage: describeUsage(usage),
    // What a desktop costs is between its owner and the administrators.
    cost: access === 'guest' ? null : costOf(usage, { os: record.os, instanceType }, policy.prices),
    access,
    share: shareOf(viewer, record),
    capabilities: capabilitiesOf(commandContextOf(record)).filter((capability) =>
      mayEver(capability, record, viewing),
    ),
  };
}

/** Whether the viewer may do it with this session at all, whatever its state. */
function mayEver(capability: Capability, record: SessionRecord, { viewer, policy }: Viewing): boolean {
  if (capability !== 'connect' && accessOf(viewer, record) === 'guest') return false;
  switch (capability) {
    // Only the owner and guests may look at the screen: an administrator's rights over a session end there, and before
    // the password that opens it.
    case 'connect':
      return mayConnect(viewer, record);
    case 'show-password':
      return viewer.name === record.owner && record.os === 'windows';
    case 'resize':
      return policy.instanceChange[record.os];
    case 'create-image':
      return mayCreateImages(viewer, record);
    case 'edit-schedule':
      return mayChangeSchedule(viewer, record, policy.schedules);
    default:
      return true;
  }
}

function shareOf({ name }: Principal, { guests }: SessionRecord): Session['share'] {
  const guest = guests.find(({ user }) => user === name);
  if (!guest) return null;
  const { shareId: id, permissions, expiresAt } = guest;
  return { id, permissions, expiresAt: expiresAt.toISOString() };
}

function endOf({ endedAt, runtime }: SessionRecord): Date | null {
  return endedAt ?? (runtime?.state === 'terminated' ? runtime.stateSince : null);
}

/** The announced end of a session at rest: a start calls it off. */
function expiryOf(record: SessionRecord): string | null {
  const { state, desired } = commandContextOf(record);
  const isAtRest = [state, desired].every((each) => each === 'stopped' || each === 'hibernated');
  return isAtRest ? (record.expiresAt?.toISOString() ?? null) : null;
}
