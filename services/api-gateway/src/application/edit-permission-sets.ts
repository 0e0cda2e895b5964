import {
  type CreatePermissionSetBody,
  dcvFeatures,
  type PermissionSetFields,
  standardPermissionSets,
  type UpdatePermissionSetBody,
} from '@deskfleet/contracts';
import { type CatalogueEntry, nameTaken } from '../domain/catalogue-kinds.ts';
import { done, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import {
  type ChangeRequest,
  createEntry,
  type EditDeps,
  type EntryRules,
  updateEntry,
} from './edit-catalogue.ts';
import type { Request } from './ports.ts';

const rules: EntryRules<'permission-set'> = {
  kind: 'permission-set',
  async judge(_step, { after }) {
    const { name, features } = after;
    const isStandard = standardPermissionSets.some((set) => set.name === name.toLowerCase());
    if (isStandard) return refused(nameTaken('permission-set', name));
    if (!features.includes('display') && !features.includes('builtin')) return refused(noScreen);
    // Their order means nothing.
    return done({ ...after, features: dcvFeatures.filter((feature) => features.includes(feature)) });
  },
};

const noScreen: Refusal = {
  code: 'display-required',
  detail: 'A guest who does not see the screen can do nothing. Add display to the features.',
  errors: [{ pointer: '/features', detail: 'Neither display nor builtin is among them.' }],
};

/** Keeps a new permission set. */
export function createPermissionSet(
  deps: EditDeps,
  { body, ...request }: Request & { body: CreatePermissionSetBody },
): Promise<Outcome<CatalogueEntry<PermissionSetFields>>> {
  return createEntry(deps, rules, { ...request, fields: { description: '', ...body } });
}

/** Changes a permission set, for shares that are granted from then on. */
export function updatePermissionSet(
  deps: EditDeps,
  request: ChangeRequest<UpdatePermissionSetBody>,
): Promise<Outcome<CatalogueEntry<PermissionSetFields>>> {
  return updateEntry(deps, rules, request);
}
