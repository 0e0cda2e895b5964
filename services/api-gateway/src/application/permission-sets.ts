import { type PermissionSet, type PermissionSetList, standardPermissionSets } from '@deskfleet/contracts';

/** The named lists of DCV features that desktops can be shared with. */
export interface PermissionSetReader {
  /** Those that administrators have made, by name. */
  list(): Promise<PermissionSet[]>;
  /** One of them, whatever the case of its name. */
  find(name: string): Promise<PermissionSet | null>;
}

/** The standard sets, and those that administrators have made. */
export async function listPermissionSets(sets: PermissionSetReader): Promise<PermissionSetList> {
  const standard = standardPermissionSets.map((set) => ({ ...set, standard: true }));
  const own = (await sets.list()).map((set) => ({ ...set, standard: false }));
  return { items: [...standard, ...own] };
}

export async function findPermissionSet(
  sets: PermissionSetReader,
  name: string,
): Promise<PermissionSet | null> {
  return standardPermissionSets.find((set) => set.name === name) ?? sets.find(name);
}
