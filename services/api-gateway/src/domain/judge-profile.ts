import type { ProfileFields, SoftwareStackFields } from '@deskfleet/contracts';
import type { CatalogueEdit } from './catalogue-kinds.ts';
import { isHidden, matchesPattern } from './instance-type-rules.ts';
import { type LaunchPlace, misfitsOf } from './profile-fit.ts';
import type { CodedFault } from './refusal.ts';

export interface ProfileEditFacts extends LaunchPlace {
  /** The software stacks that point at the profile and are switched on. */
  softwareStacks: SoftwareStackFields[];
}

/** Everything that is wrong with an edit of a profile. What was wrong before is not told. */
export function judgeProfile(
  { before, after }: CatalogueEdit<ProfileFields>,
  facts: ProfileEditFacts,
): CodedFault[] {
  const old = new Set(before ? faultsOf(before, facts).map(({ detail }) => detail) : []);
  return faultsOf(after, facts).filter(({ detail }) => !old.has(detail));
}

function faultsOf(profile: ProfileFields, facts: ProfileEditFacts): CodedFault[] {
  return [
    ...fallbackFaults(profile, facts),
    ...subnetFaults(profile, facts),
    ...facts.softwareStacks.flatMap((stack) => stackFaults(stack, profile, facts)),
  ];
}

/** What is tried by itself must be what a user may choose as well. */
function fallbackFaults(
  { fallbackInstanceTypes, allowedInstanceTypes }: ProfileFields,
  { types, offer }: ProfileEditFacts,
): CodedFault[] {
  return fallbackInstanceTypes.flatMap((name, index): CodedFault[] => {
    const pointer = `/fallbackInstanceTypes/${index}`;
    if (!types.has(name)) {
      const detail = `There is no instance type ${name} here. GET /v1/instance-types lists them.`;
      return [{ code: 'unknown-instance-type', pointer, detail }];
    }
    const why = !allowedInstanceTypes.some((pattern) => matchesPattern(name, pattern))
      ? `${name} is none of the allowed types ${allowedInstanceTypes.join(', ')}.`
      : isHidden(name, offer.hiddenTypes)
        ? `${name} is not offered in this deployment, which hides the types ${offer.hiddenTypes.join(', ')}.`
        : null;
    return why ? [{ code: 'instance-type-not-allowed', pointer, detail: why }] : [];
  });
}

/** Before session-manager has read the subnets, every id may be one. */
function subnetFaults({ allowedSubnets }: ProfileFields, { subnets }: ProfileEditFacts): CodedFault[] {
  if (subnets.length === 0) return [];
  return allowedSubnets.flatMap((id, index) =>
    subnets.some((subnet) => subnet.id === id)
      ? []
      : [
          {
            code: 'unknown-subnet' as const,
            pointer: `/allowedSubnets/${index}`,
            detail: `There is no subnet ${id} here. GET /v1/subnets lists them.`,
          },
        ],
  );
}

function stackFaults(
  stack: SoftwareStackFields,
  profile: ProfileFields,
  facts: ProfileEditFacts,
): CodedFault[] {
  return misfitsOf(stack, profile, facts).map(({ profileField, detail }) => ({
    code: 'profile-too-narrow',
    pointer: `/${profileField}`,
    detail: `The software stack ${stack.name} would not fit any more: ${detail}`,
  }));
}
