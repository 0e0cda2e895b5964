import type { InstanceType } from '@deskfleet/contracts';

const sizes = ['Small', 'Medium', 'Large', 'Extra large', 'Huge'] as const;

/** Upper bounds of the sizes, the last being open: what 2D work, CAD and simulation post-processing roughly ask for. */
const mostVcpus = [2, 4, 8, 16];
const mostMemoryGB = [8, 16, 32, 64];

/** `2D - Small (2 vCPUs - 8 GB RAM)`, `3D - Medium (GPU NVIDIA T4 - 4 vCPUs - 16 GB RAM)`: for people who know no EC2 names. */
export function labelInstanceType(type: Pick<InstanceType, 'vcpus' | 'memoryMiB' | 'gpu'>): string {
  const memoryGB = Math.round((type.memoryMiB / 1024) * 10) / 10;
  const size = sizes[Math.max(rank(type.vcpus, mostVcpus), rank(memoryGB, mostMemoryGB))];
  const rest = `${type.vcpus} ${type.vcpus === 1 ? 'vCPU' : 'vCPUs'} - ${memoryGB} GB RAM`;
  if (!type.gpu) return `2D - ${size} (${rest})`;
  const count = type.gpu.count > 1 ? `${type.gpu.count} × ` : '';
  return `3D - ${size} (GPU ${count}${type.gpu.manufacturer} ${type.gpu.name} - ${rest})`;
}

/** 2D before 3D, then smallest first: the order in which people look for what is just enough. */
export function compareInstanceTypes(a: InstanceType, b: InstanceType): number {
  return (
    compareText(a.group, b.group) ||
    a.vcpus - b.vcpus ||
    a.memoryMiB - b.memoryMiB ||
    compareText(a.name, b.name)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function rank(value: number, bounds: number[]): number {
  const index = bounds.findIndex((bound) => value <= bound);
  return index === -1 ? bounds.length : index;
}
