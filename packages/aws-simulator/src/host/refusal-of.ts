import type { HostFacts } from './host-facts.ts';
import { isSameUser, permits } from './permission-file.ts';

export interface Refusal {
  is: 'not-permitted' | 'unsupervised';
  message: string;
}

/** Why DCV has no room for somebody now; null lets them in, and stay. */
export function refusalOf(facts: HostFacts, username: string): Refusal | null {
  const { desktop, permissionFile, platform, connections } = facts;
  if (desktop === null || permissionFile === null) return null;
  const { owner } = desktop;
  const may = (feature: string) => permits(permissionFile, { username, owner, platform }, feature);
  if (!may('display')) return { is: 'not-permitted', message: 'You may not use this desktop.' };
  const isOwner = (name: string) => isSameUser(name, owner, platform);
  const isAccompanied = connections.some((connection) => isOwner(connection.username));
  if (isOwner(username) || isAccompanied || may('unsupervised-access')) return null;
  return {
    is: 'unsupervised',
    message: 'You may use this desktop only while its owner is connected (unsupervised-access).',
  };
}
