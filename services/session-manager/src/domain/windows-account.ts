import { hostAccountName } from '@deskfleet/contracts';

/**
 * The name of the owner's account on a Windows host, whose password Deskfleet keeps: its per-session local administrator.
 * Accounts out of a directory have none here.
 */
export function windowsAccountOf(owner: string): string {
  return hostAccountName(owner, { os: 'windows', hostAccounts: 'local' });
}
