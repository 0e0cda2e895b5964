import { createHash } from 'node:crypto';
import { dcvSessionIdOf, dcvUserName, type HostNaming } from '@deskfleet/contracts';
import type { Logger } from '@deskfleet/runtime';
import { type PermissionFile, type Permissions, permissionFileOf } from '../domain/permission-file.ts';
import { whoMustLeave } from '../domain/who-must-leave.ts';
import type {
  HostConnection,
  PermissionFailure,
  PermissionHosts,
  PermissionStore,
  SharedDesktop,
} from './permission-ports.ts';

export interface PermissionRules {
  hostNaming: Omit<HostNaming, 'os'>;
  allowFileDownload: boolean;
}

/** What the host of a desktop is to be told. */
export interface WantedPermissions {
  permissions: Permissions;
  file: PermissionFile;
  /** The shares by which the file lets guests in. */
  shareIds: string[];
  /** Of both: a share that takes the place of one like it is told again, so that it is known to be in force. */
  digest: string;
}

export function wantedPermissions(desktop: SharedDesktop, rules: PermissionRules): WantedPermissions {
  const naming = { ...rules.hostNaming, os: desktop.os };
  const permissions: Permissions = {
    owner: { name: dcvUserName(desktop.owner, naming), isDisabled: desktop.ownerIsDisabled },
    guests: desktop.shares.map(({ user, features }) => ({ name: dcvUserName(user, naming), features })),
    allowFileDownload: rules.allowFileDownload,
  };
  const file = permissionFileOf(permissions);
  const shareIds = desktop.shares
    .filter(({ user }) => file.guests.includes(dcvUserName(user, naming)))
    .map(({ id }) => id)
    .sort();
  const digest = createHash('sha256')
    .update(`${file.text}${shareIds.join(' ')}`)
    .digest('hex');
  return { permissions, file, shareIds, digest };
}

/** At every start a host is told again: a DCV session is a new one, and the file may be that of before the stop. */
export function isTold(
  { told, stateSince, ownerIsDisabled }: SharedDesktop,
  wanted: WantedPermissions,
): boolean {
  if (told === null) return wanted.file.guests.length === 0 && !ownerIsDisabled;
  return told.digest === wanted.digest && told.stateSince.getTime() === stateSince.getTime();
}

export interface PushDeps {
  store: Pick<PermissionStore, 'begin' | 'record'>;
  hosts: PermissionHosts;
  /** Renews the right to act, before each call to AWS; false when another replica has it. */
  mayAct: () => Promise<boolean>;
  logger: Logger;
}

/**
 * Tells a host who may use its desktop, ends the connections of those who may not, and records it once none of them is left.
 * Returns what kept it from that; null also when there is nothing to do any more.
 */
export async function pushPermissions(
  deps: PushDeps,
  desktop: SharedDesktop,
  { wanted, decidedAt }: { wanted: WantedPermissions; decidedAt: Date },
): Promise<PermissionFailure | null> {
  const { sessionId, stateSince, instanceId, os } = desktop;
  const host = { instanceId, os, dcvSessionId: dcvSessionIdOf(sessionId, os) };
  const appliedAt = laterThan(desktop.told?.appliedAt, decidedAt);
  if (!(await deps.mayAct()) || !(await deps.store.begin({ sessionId, stateSince }, appliedAt))) return null;
  const { text, guests } = wanted.file;
  const answer = await deps.hosts.apply(host, { text, number: appliedAt.getTime() });
  if ('failure' in answer) return answer.failure;
  const leaving = whoMustLeave(answer.connections, wanted.permissions, wanted.file);
  if (leaving.length > 0) {
    if (!(await deps.mayAct())) return null;
    const after = await deps.hosts.disconnect(
      host,
      leaving.map(({ id }) => id),
    );
    if ('failure' in after) return after.failure;
    const left = whoMustLeave(after.connections, wanted.permissions, wanted.file);
    if (left.length > 0) return stillConnected(left);
  }
  const { digest, shareIds } = wanted;
  await deps.store.record({ sessionId, stateSince, digest, shareIds, appliedAt });
  const disconnected = leaving.map(({ user }) => user);
  deps.logger.info({ sessionId, guests, disconnected }, 'a host knows who may use its desktop');
  return null;
}

/** Hosts refuse what is older than what they have; the database's clock may have been set back. */
function laterThan(last: Date | undefined, decidedAt: Date): Date {
  return last && last >= decidedAt ? new Date(last.getTime() + 1) : decidedAt;
}

function stillConnected(left: HostConnection[]): PermissionFailure {
  const message = left.map(({ id, user }) => `${user} (${id})`).join(', ');
  return { kind: 'host', code: 'still-connected', message };
}
