import type { InstanceType } from '@deskfleet/contracts';

/** What EC2 says of an instance type. */
export type InstanceTypeFacts = Omit<InstanceType, 'label'>;

/** What a software stack and its profile ask of an instance type. */
export interface InstanceTypeNeeds {
  allowedInstanceTypes: string[];
  architecture: string;
  minMemoryGiB: number;
}

/** Why a software stack cannot run on an instance type, as a sentence; null when it can. */
export function whyNotOn(type: InstanceTypeFacts, needs: InstanceTypeNeeds): string | null {
  if (!needs.allowedInstanceTypes.some((pattern) => matchesPattern(type.name, pattern))) {
    return `${type.name} is not offered for this software stack. Offered: ${needs.allowedInstanceTypes.join(', ')}.`;
  }
  if (!type.architectures.includes(needs.architecture)) {
    return `${type.name} has ${type.architectures.join(' and ')} processors; this software stack needs ${needs.architecture}.`;
  }
  if (type.memoryMiB < needs.minMemoryGiB * 1024) {
    return `${type.name} has ${type.memoryMiB / 1024} GiB of memory; this software stack needs at least ${needs.minMemoryGiB} GiB.`;
  }
  return null;
}

/** Shell-like patterns: `*` is any text, `?` any one character. */
function matchesPattern(text: string, pattern: string): boolean {
  const source = pattern
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`).test(text);
}
