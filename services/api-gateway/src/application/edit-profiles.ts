import type { CreateProfileBody, ProfileFields, UpdateProfileBody } from '@deskfleet/contracts';
import type { CatalogueEntry } from '../domain/catalogue-kinds.ts';
import type { InstanceTypeOffer } from '../domain/instance-type-rules.ts';
import { judgeProfile } from '../domain/judge-profile.ts';
import { done, type Outcome, refusalOfFaults, refused } from '../domain/refusal.ts';
import {
  type ChangeRequest,
  createEntry,
  type EditDeps,
  type EntryRules,
  updateEntry,
} from './edit-catalogue.ts';
import { typesUnread } from './edit-software-stacks.ts';
import type { Request } from './ports.ts';

export interface EditProfileDeps extends EditDeps {
  offer: InstanceTypeOffer;
}

const defaults = {
  fallbackInstanceTypes: [],
  allowedSubnets: [],
  allowedSessionTypes: ['default', 'console', 'virtual'] as ProfileFields['allowedSessionTypes'],
  hibernationFallback: 'none' as const,
  ownersMayCreateImages: false,
  usersMayChangeSchedule: true,
  stopAtClose: false,
  idlePolicy: {},
};

/** Keeps a new profile. */
export function createProfile(
  deps: EditProfileDeps,
  { body, ...request }: Request & { body: CreateProfileBody },
): Promise<Outcome<CatalogueEntry<ProfileFields>>> {
  return createEntry(deps, rulesOf(deps, null), { ...request, fields: { ...defaults, ...body } });
}

/** Changes a profile, as long as the software stacks that point at it still fit. */
export function updateProfile(
  deps: EditProfileDeps,
  request: ChangeRequest<UpdateProfileBody>,
): Promise<Outcome<CatalogueEntry<ProfileFields>>> {
  return updateEntry(deps, rulesOf(deps, request.id), request);
}

function rulesOf({ offer }: EditProfileDeps, profileId: string | null): EntryRules<'profile'> {
  return {
    kind: 'profile',
    async judge(step, edit) {
      const softwareStacks = profileId === null ? [] : await step.enabledStacksOf(profileId);
      const { known, types } = await step.readInstanceTypes([
        ...softwareStacks.map(({ defaultInstanceType }) => defaultInstanceType),
        ...(edit.before?.fallbackInstanceTypes ?? []),
        ...edit.after.fallbackInstanceTypes,
      ]);
      const subnets = await step.readSubnets();
      const faults = judgeProfile(edit, { softwareStacks, types, subnets, offer });
      if (!known && faults.some(({ code }) => code === 'unknown-instance-type')) return refused(typesUnread);
      return faults.length > 0 ? refused(refusalOfFaults(faults)) : done(edit.after);
    },
  };
}
