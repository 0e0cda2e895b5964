import type { InstanceType, OperatingSystem } from '@deskfleet/contracts';

/** EC2 User Guide, "Prerequisites for EC2 instance hibernation", instance RAM size. */
const memoryLimits: Record<OperatingSystem, { fits: (memoryGiB: number) => boolean; says: string }> = {
  linux: { fits: (memoryGiB) => memoryGiB < 150, says: 'Linux desktops with less than 150 GiB' },
  windows: { fits: (memoryGiB) => memoryGiB <= 16, says: 'Windows desktops with at most 16 GiB' },
};

export interface HibernationNeeds {
  os: OperatingSystem;
  minRootVolumeGiB: number;
  maxRootVolumeGiB: number;
}

/** Why a desktop could not hibernate on an instance type, whatever size of root volume is chosen; null when it could. */
export function whyNotHibernatedOn(
  type: Pick<InstanceType, 'name' | 'memoryMiB' | 'hibernationSupported'>,
  { os, minRootVolumeGiB, maxRootVolumeGiB }: HibernationNeeds,
): string | null {
  if (!type.hibernationSupported) return `EC2 does not hibernate ${type.name}.`;
  const memoryGiB = type.memoryMiB / 1024;
  const limit = memoryLimits[os];
  if (!limit.fits(memoryGiB)) {
    return `EC2 hibernates ${limit.says} of memory; ${type.name} has ${memoryGiB} GiB.`;
  }
  // EC2 writes the memory to the root volume, on top of the system that the image brings.
  const neededGiB = minRootVolumeGiB + Math.ceil(memoryGiB);
  const mostGiB = Math.max(maxRootVolumeGiB, minRootVolumeGiB);
  if (neededGiB <= mostGiB) return null;
  return `To hibernate ${type.name}, the root volume needs ${neededGiB} GiB; this software stack allows at most ${mostGiB} GiB.`;
}
