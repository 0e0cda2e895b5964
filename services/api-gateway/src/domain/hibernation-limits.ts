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

type TypeToHibernate = Pick<InstanceType, 'name' | 'memoryMiB' | 'hibernationSupported'>;

export interface HibernationObstacle {
  code:
    | 'hibernation-type-unsupported'
    | 'hibernation-memory-too-large'
    | 'root-volume-too-small-to-hibernate';
  sentence: string;
}

/** Why a desktop could not hibernate on an instance type, whatever size of root volume is chosen; empty when it could. */
export function hibernationObstacles(type: TypeToHibernate, needs: HibernationNeeds): HibernationObstacle[] {
  const obstacles: HibernationObstacle[] = [];
  const { name, hibernationSupported } = type;
  const memoryGiB = type.memoryMiB / 1024;
  const limit = memoryLimits[needs.os];
  if (!hibernationSupported) {
    obstacles.push({ code: 'hibernation-type-unsupported', sentence: `EC2 does not hibernate ${name}.` });
  }
  if (!limit.fits(memoryGiB)) {
    const sentence = `EC2 hibernates ${limit.says} of memory; ${name} has ${memoryGiB} GiB.`;
    obstacles.push({ code: 'hibernation-memory-too-large', sentence });
  }
  const mostGiB = mostRootVolumeGiB(needs);
  // Of a type that cannot hibernate anyway, its need of disk is nothing to be told.
  if (obstacles.length === 0 && rootVolumeGiBToHibernate(needs, type) > mostGiB) {
    const sentence = `${saysRootVolume(needs, type)}; this software stack allows at most ${mostGiB} GiB.`;
    obstacles.push({ code: 'root-volume-too-small-to-hibernate', sentence });
  }
  return obstacles;
}

/** The first of the obstacles, as a sentence; null when the desktop could hibernate. */
export function whyNotHibernatedOn(type: TypeToHibernate, needs: HibernationNeeds): string | null {
  return hibernationObstacles(type, needs)[0]?.sentence ?? null;
}

/**
 * The smallest root volume of a desktop that can hibernate: EC2 writes the memory to it, on top of the system that the
 * image brings.
 */
export function rootVolumeGiBToHibernate(
  { minRootVolumeGiB }: Pick<HibernationNeeds, 'minRootVolumeGiB'>,
  { memoryMiB }: Pick<TypeToHibernate, 'memoryMiB'>,
): number {
  return minRootVolumeGiB + Math.ceil(memoryMiB / 1024);
}

/** How that size comes about, without the full stop. */
export function saysRootVolume(
  needs: Pick<HibernationNeeds, 'minRootVolumeGiB'>,
  type: Pick<TypeToHibernate, 'name' | 'memoryMiB'>,
): string {
  const neededGiB = rootVolumeGiBToHibernate(needs, type);
  const systemGiB = needs.minRootVolumeGiB;
  return `To hibernate ${type.name}, the root volume needs ${neededGiB} GiB (${systemGiB} for the system and ${neededGiB - systemGiB} for its memory)`;
}

/** What the profile allows, and never less than the image needs. */
export function mostRootVolumeGiB({
  maxRootVolumeGiB,
  minRootVolumeGiB,
}: Pick<HibernationNeeds, 'maxRootVolumeGiB' | 'minRootVolumeGiB'>): number {
  return Math.max(maxRootVolumeGiB, minRootVolumeGiB);
}
