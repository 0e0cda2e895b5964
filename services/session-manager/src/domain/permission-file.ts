import { dcvFeatures, isPermissionActor, isSameAccount } from '@deskfleet/contracts';

/** Somebody else than its owner who may connect to a desktop. */
export interface Guest {
  /** As the DCV server of the host knows them. */
  name: string;
  features: readonly string[];
}

/** Who may do what on a desktop. */
export interface Permissions {
  owner: { name: string; isDisabled: boolean };
  guests: readonly Guest[];
  allowFileDownload: boolean;
}

export interface PermissionFile {
  text: string;
  /** The guests that it lets in. */
  guests: string[];
  /** Guests that it cannot name, or that it would let in as the owner. */
  leftOut: string[];
}

/**
 * The permission file of a DCV session (DCV Administrator Guide, "Understanding permissions files"): the same for the same
 * people, in whatever order they come.
 */
export function permissionFileOf({ owner, guests, allowFileDownload }: Permissions): PermissionFile {
  const admitted: string[] = [];
  const leftOut: string[] = [];
  const rules = ['[permissions]', ownerRule(owner.isDisabled)];
  for (const [name, features] of featuresByName(guests)) {
    const isNameable = isPermissionActor(name) && !isSameAccount(name, owner.name) && features.length > 0;
    (isNameable ? admitted : leftOut).push(name);
    if (isNameable) rules.push(...guestRules(name, features));
  }
  if (!allowFileDownload) rules.push('%any% deny file-download');
  return { text: rules.map((rule) => `${rule}\n`).join(''), guests: admitted, leftOut };
}

/** To say nothing of the owner would not do: DCV adds the rules of its default.perm, by which owners may do everything. */
function ownerRule(isDisabled: boolean): string {
  return isDisabled ? '%owner% deny builtin' : '%owner% allow builtin';
}

/** With supervision-control, DCV holds those off while the owner is away to whom this feature is denied in so many words. */
function guestRules(name: string, features: string[]): string[] {
  const isUnsupervised = features.includes('builtin') || features.includes('unsupervised-access');
  const allowed = `${name} allow ${features.join(' ')}`;
  return isUnsupervised ? [allowed] : [allowed, `${name} deny unsupervised-access`];
}

function featuresByName(guests: readonly Guest[]): [name: string, features: string[]][] {
  const byName = new Map<string, Set<string>>();
  for (const { name, features } of guests) {
    const granted = byName.get(name) ?? new Set();
    byName.set(name, granted);
    for (const feature of features) granted.add(feature);
  }
  return [...byName]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, granted]) => [name, dcvFeatures.filter((feature) => granted.has(feature))]);
}
