import type { ProfileFields, SoftwareStackFields } from '@deskfleet/contracts';
import { type InstanceTypeFacts, type InstanceTypeOffer, whyNotOn } from './instance-type-rules.ts';
import type { CodedFault } from './refusal.ts';
import { zonesOf } from './subnet-choice.ts';

/** What is known of the place where desktops are launched. */
export interface LaunchPlace {
  offer: InstanceTypeOffer;
  /** The types that are asked about, by name. */
  types: ReadonlyMap<string, InstanceTypeFacts>;
  /** Empty until session-manager has read them. */
  subnets: { id: string; zone: string }[];
}

/** Something for which a software stack and its profile do not fit each other; `pointer` is into the software stack. */
export interface Misfit extends CodedFault {
  /** The field of the profile that would have to be wider. */
  profileField: 'allowedInstanceTypes' | 'maxRootVolumeGiB' | 'allowedSessionTypes' | 'allowedSubnets';
}

type ProfileLimits = Pick<
  ProfileFields,
  'allowedInstanceTypes' | 'maxRootVolumeGiB' | 'allowedSessionTypes' | 'allowedSubnets'
>;

/** Why desktops of a software stack could not be launched as it proposes under a profile. */
export function misfitsOf(stack: SoftwareStackFields, profile: ProfileLimits, place: LaunchPlace): Misfit[] {
  const misfits: Misfit[] = [...typeMisfits(stack, profile, place)];
  if (stack.minRootVolumeGiB > profile.maxRootVolumeGiB) {
    misfits.push({
      code: 'root-volume-too-large',
      pointer: '/minRootVolumeGiB',
      profileField: 'maxRootVolumeGiB',
      detail: `The root volume needs ${stack.minRootVolumeGiB} GiB, and the profile allows at most ${profile.maxRootVolumeGiB} GiB.`,
    });
  }
  if (stack.os === 'windows' && profile.allowedSessionTypes.every((type) => type === 'virtual')) {
    misfits.push({
      code: 'session-type-not-allowed',
      pointer: '/profileId',
      profileField: 'allowedSessionTypes',
      detail: 'Windows desktops have console sessions only, and the profile allows virtual ones only.',
    });
  }
  return misfits;
}

function typeMisfits(stack: SoftwareStackFields, profile: ProfileLimits, place: LaunchPlace): Misfit[] {
  const pointer = '/defaultInstanceType';
  const type = place.types.get(stack.defaultInstanceType);
  if (!type) {
    const detail = `There is no instance type ${stack.defaultInstanceType} here. GET /v1/instance-types lists them.`;
    return [{ code: 'unknown-instance-type', pointer, profileField: 'allowedInstanceTypes', detail }];
  }
  const needs = { ...stack, ...profile, ...place.offer };
  const why = whyNotOn(type, needs);
  if (why) {
    return [
      { code: 'instance-type-not-allowed', pointer, profileField: 'allowedInstanceTypes', detail: why },
    ];
  }
  const detail = whyNotOn(type, { ...needs, zones: zonesOf(profile, place.subnets) });
  return detail
    ? [{ code: 'instance-type-not-allowed', pointer, profileField: 'allowedSubnets', detail }]
    : [];
}
