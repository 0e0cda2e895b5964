import type { CreateSessionBody, OperatingSystem } from '@deskfleet/contracts';
import type { AdmissionFault, StackFacts } from './admission.ts';
import type { InstanceTypeFacts } from './instance-type-rules.ts';

/** EC2 User Guide, "Prerequisites for EC2 instance hibernation", instance RAM size. */
const memoryRules: Record<OperatingSystem, { fits: (memoryGiB: number) => boolean; says: string }> = {
  linux: { fits: (memoryGiB) => memoryGiB < 150, says: 'Linux desktops with less than 150 GiB' },
  windows: { fits: (memoryGiB) => memoryGiB <= 16, says: 'Windows desktops with at most 16 GiB' },
};

/**
 * The smallest root volume of a desktop that can hibernate: EC2 writes the memory to it, on top of the system that the
 * image brings.
 */
export function rootVolumeGiBToHibernate(
  { minRootVolumeGiB }: Pick<StackFacts, 'minRootVolumeGiB'>,
  { memoryMiB }: Pick<InstanceTypeFacts, 'memoryMiB'>,
): number {
  return minRootVolumeGiB + Math.ceil(memoryMiB / 1024);
}

/** Why a desktop of this stack cannot hibernate on the type, whatever size of root volume the user chooses. */
export function hibernationTypeFaults(stack: StackFacts, type: InstanceTypeFacts): AdmissionFault[] {
  const fault = (code: AdmissionFault['code'], detail: string): AdmissionFault => ({
    code,
    pointer: '/instanceType',
    detail: `${detail} Choose another type, or leave hibernation out.`,
    otherTypeHelps: true,
  });
  const faults: AdmissionFault[] = [];
  const memoryGiB = type.memoryMiB / 1024;
  const memory = memoryRules[stack.os];
  const needed = rootVolumeGiBToHibernate(stack, type);
  const most = mostRootVolumeGiB(stack);
  if (!type.hibernationSupported) {
    faults.push(fault('hibernation-type-unsupported', `EC2 does not hibernate ${type.name}.`));
  }
  if (!memory.fits(memoryGiB)) {
    const detail = `EC2 hibernates ${memory.says} of memory; ${type.name} has ${memoryGiB} GiB.`;
    faults.push(fault('hibernation-memory-too-large', detail));
  }
  // Of a type that cannot hibernate anyway, its need of disk is nothing to be told.
  if (faults.length === 0 && needed > most) {
    const detail = `To hibernate ${type.name}, ${sum(stack, type)}, and this software stack allows at most ${most} GiB.`;
    faults.push(fault('root-volume-too-small-to-hibernate', detail));
  }
  return faults;
}

/** Why the size that the user named is too small for a type that can hibernate. A size that nobody named is raised. */
export function hibernationVolumeFaults(
  { rootVolumeGiB }: Pick<CreateSessionBody, 'rootVolumeGiB'>,
  stack: StackFacts,
  type: InstanceTypeFacts,
): AdmissionFault[] {
  const needed = rootVolumeGiBToHibernate(stack, type);
  if (rootVolumeGiB === undefined || rootVolumeGiB >= needed) return [];
  if (hibernationTypeFaults(stack, type).length > 0) return [];
  const detail = `To hibernate ${type.name}, ${sum(stack, type)}. Ask for at least ${needed} GiB, or leave rootVolumeGiB out.`;
  return [{ code: 'root-volume-too-small-to-hibernate', pointer: '/rootVolumeGiB', detail }];
}

/** What the profile allows, and never less than the image needs. */
export function mostRootVolumeGiB({ maxRootVolumeGiB, minRootVolumeGiB }: StackFacts): number {
  return Math.max(maxRootVolumeGiB, minRootVolumeGiB);
}

function sum(stack: StackFacts, type: InstanceTypeFacts): string {
  const needed = rootVolumeGiBToHibernate(stack, type);
  const { minRootVolumeGiB } = stack;
  return `the root volume needs ${needed} GiB (${minRootVolumeGiB} for the system and ${needed - minRootVolumeGiB} for its memory)`;
}
