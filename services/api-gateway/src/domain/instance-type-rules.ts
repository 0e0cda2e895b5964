import type { InstanceType, OperatingSystem } from '@deskfleet/contracts';
import { whyNotHibernatedOn } from './hibernation-limits.ts';

/** What EC2 says of an instance type. */
export type InstanceTypeFacts = Omit<InstanceType, 'label' | 'group'>;

/** What a deployment offers of what EC2 has. */
export interface InstanceTypeOffer {
  /** Types that are not offered: each a prefix of the family or of the size. */
  hiddenTypes: readonly string[];
  /** Only types on which the desktop could hibernate. */
  requireHibernation: boolean;
}

/** What a software stack, its profile and the deployment ask of an instance type. */
export interface InstanceTypeNeeds extends InstanceTypeOffer {
  os: OperatingSystem;
  allowedInstanceTypes: string[];
  architecture: string;
  minMemoryGiB: number;
  minRootVolumeGiB: number;
  maxRootVolumeGiB: number;
  requiresGpu: boolean;
  /** Zones in which the desktop may be; without it, or empty: not known. */
  zones?: readonly string[];
}

/**
 * Why this deployment does not offer an instance type to a software stack, as a sentence; null when it does. The one
 * rule of what is listed, what is admitted, and what a stack may have as its default.
 */
export function whyNotOn(type: InstanceTypeFacts, needs: InstanceTypeNeeds): string | null {
  if (!needs.allowedInstanceTypes.some((pattern) => matchesPattern(type.name, pattern))) {
    return `${type.name} is not offered for this software stack. Offered: ${needs.allowedInstanceTypes.join(', ')}.`;
  }
  if (isHidden(type.name, needs.hiddenTypes)) {
    return `${type.name} is not offered in this deployment, which hides the types ${needs.hiddenTypes.join(', ')}.`;
  }
  if (!type.architectures.includes(needs.architecture)) {
    return `${type.name} has ${type.architectures.join(' and ')} processors; this software stack needs ${needs.architecture}.`;
  }
  if (type.memoryMiB < needs.minMemoryGiB * 1024) {
    return `${type.name} has ${type.memoryMiB / 1024} GiB of memory; this software stack needs at least ${needs.minMemoryGiB} GiB.`;
  }
  if (needs.requiresGpu && !type.gpu) return `${type.name} has no GPU; this software stack needs one.`;
  const why = needs.requireHibernation ? whyNotHibernatedOn(type, needs) : null;
  if (why) return `Only types on which desktops can hibernate are offered. ${why}`;
  return whyNotInZones(type, needs);
}

/** Whether an instance type's name is hidden: `p3` hides p3 and p3dn, `metal` hides metal-24xl. */
export function isHidden(name: string, hiddenTypes: readonly string[]): boolean {
  const size = name.slice(name.indexOf('.') + 1);
  return hiddenTypes.some((prefix) => name.startsWith(prefix) || size.startsWith(prefix));
}

/**
 * Shell-like patterns: `*` is any text, `?` any one character. No regular expression: a list of types tries thousands
 * of pairs, and a pattern of many `*` must cost no more than one of few.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next++;
      starAt = at;
    } else if (pattern[next] === '?' || pattern[next] === text[at]) {
      next += 1;
      at += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      next = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(next));
}

/** A type of which no zone is known yet counts as offered. */
function whyNotInZones({ name, zones }: InstanceTypeFacts, needs: InstanceTypeNeeds): string | null {
  const wanted = needs.zones ?? [];
  if (zones.length === 0 || wanted.length === 0 || wanted.some((zone) => zones.includes(zone))) return null;
  return `EC2 does not offer ${name} in ${wanted.join(', ')}, where this software stack's desktops may be.`;
}
