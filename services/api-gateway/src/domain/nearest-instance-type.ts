import type { InstanceTypeFacts } from './instance-type-rules.ts';

/** A GPU more or less than was wanted weighs like a machine sixteen times as large. */
const gpuWeight = 4;

/** Of the types that fit, the one that is closest to the wanted one in vCPUs and memory; null when none fits. */
export function nearestInstanceType<Type extends InstanceTypeFacts>(
  wanted: InstanceTypeFacts,
  types: Type[],
  fits: (type: Type) => boolean,
): Type | null {
  const [nearest] = types.filter(fits).sort((a, b) => compare(wanted, a, b));
  return nearest ?? null;
}

/** Of equally close ones, first those of the wanted family, then the larger. */
function compare(wanted: InstanceTypeFacts, a: InstanceTypeFacts, b: InstanceTypeFacts): number {
  const family = (type: InstanceTypeFacts) => (familyOf(type) === familyOf(wanted) ? 0 : 1);
  return (
    distance(wanted, a) - distance(wanted, b) ||
    family(a) - family(b) ||
    b.memoryMiB - a.memoryMiB ||
    b.vcpus - a.vcpus ||
    (a.name < b.name ? -1 : 1)
  );
}

/** Sizes double from one to the next, so steps are counted and not vCPUs. */
function distance(a: InstanceTypeFacts, b: InstanceTypeFacts): number {
  const steps = (from: number, to: number) => Math.abs(Math.log2(from / to));
  const gpu = (a.gpu === null) === (b.gpu === null) ? 0 : gpuWeight;
  return steps(a.vcpus, b.vcpus) + steps(a.memoryMiB, b.memoryMiB) + gpu;
}

function familyOf({ name }: InstanceTypeFacts): string {
  return name.split('.', 1)[0] ?? name;
}
