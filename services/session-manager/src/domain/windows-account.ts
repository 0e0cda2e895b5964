import { hostAccountName } from '@deskfleet/contracts';

/** The local administrator that a Windows host makes for its owner: only local accounts have a password of ours. */
export function windowsAccountOf(owner: string): string {
  return hostAccountName(owner, { os: 'windows', hostAccounts: 'local' });
}
