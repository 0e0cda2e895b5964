import type { CreateShareBody, PermissionSet } from '@deskfleet/contracts';
import type { Principal } from './principal.ts';
import type { CodedFault, Refusal } from './refusal.ts';

/** DCV takes more; a desktop that everybody may enter is no desktop of somebody's. */
export const mostShares = 20;
const longestDays = 366;
const dayMilliseconds = 24 * 3_600_000;

export interface ShareFacts {
  owner: string;
  caller: Principal;
  /** Null: nobody of that name has ever signed in. */
  guest: { disabled: boolean } | null;
  /** Null: there is none of that name. */
  permissionSet: PermissionSet | null;
  permissionSetNames: readonly string[];
  /** Whether the host can tell the guest from the owner, and name them in its permission file. */
  nameable: boolean;
  now: Date;
}

/** All that stands in the way of sharing a desktop as asked. */
export function judgeShare(body: CreateShareBody, facts: ShareFacts): CodedFault[] {
  return [...userFaults(body, facts), ...permissionFaults(body, facts), ...expiryFaults(body, facts)];
}

function userFaults({ user }: CreateShareBody, { owner, caller, guest, nameable }: ShareFacts): CodedFault[] {
  const pointer = '/user';
  if (user === owner) {
    const detail = `This desktop belongs to ${owner}, who can always connect to it. Name somebody else.`;
    return [{ code: 'share-with-oneself', pointer, detail }];
  }
  if (user === caller.name) {
    const detail =
      "An administrator's rights do not include a desktop's screen. Its owner may share it with you.";
    return [{ code: 'share-with-oneself', pointer, detail }];
  }
  // One answer for both: whether somebody has been disabled is nobody's business.
  if (guest === null || guest.disabled) {
    const detail = `Nobody called ${user} uses this portal. Check the name; they must have signed in once.`;
    return [{ code: 'unknown-user', pointer, detail }];
  }
  if (!nameable) {
    const detail = `The desktop cannot tell ${user} from its owner, or the name has characters that DCV does not take.`;
    return [{ code: 'user-not-shareable', pointer, detail }];
  }
  return [];
}

function permissionFaults(
  { permissions }: CreateShareBody,
  { permissionSet, permissionSetNames }: ShareFacts,
): CodedFault[] {
  if (permissionSet) return [];
  const detail = `There is no permission set ${permissions}. There are: ${permissionSetNames.join(', ')}.`;
  return [{ code: 'unknown-permission-set', pointer: '/permissions', detail }];
}

function expiryFaults({ expiresAt }: CreateShareBody, { now }: ShareFacts): CodedFault[] {
  const ahead = Date.parse(expiresAt) - now.getTime();
  if (ahead > 0 && ahead <= longestDays * dayMilliseconds) return [];
  const detail =
    ahead > 0
      ? `A share may last for ${longestDays} days at most. Choose an earlier end.`
      : 'The share would be over before it begins. Choose an end that is ahead.';
  return [{ code: 'share-expiry-out-of-range', pointer: '/expiresAt', detail }];
}

export function tooManyShares(): Refusal {
  const detail = `This desktop is shared with ${mostShares} users, and cannot be with more. Withdraw a share first.`;
  return { code: 'too-many-shares', detail };
}
