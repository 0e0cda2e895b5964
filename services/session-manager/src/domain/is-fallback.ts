/** What EC2 says of an instance type, as far as it matters for taking it instead of another. */
export interface FallbackFacts {
  architectures: string[];
  memoryMiB: number;
  hasGpu: boolean;
  hibernationSupported: boolean;
}

export interface FallbackNeeds {
  architecture: string;
  minMemoryGiB: number;
  hibernation: boolean;
}

/**
 * Whether a desktop can be launched on this type when the wanted one is not to be had: the same image runs on it, with a
 * GPU where the wanted type has one. What is in memory has to fit on the root volume, which was sized for the wanted type.
 */
export function isFallback(
  type: FallbackFacts,
  wanted: FallbackFacts | undefined,
  { architecture, minMemoryGiB, hibernation }: FallbackNeeds,
): boolean {
  if (!type.architectures.includes(architecture)) return false;
  if (type.memoryMiB < minMemoryGiB * 1024) return false;
  if (type.hasGpu !== (wanted?.hasGpu ?? false)) return false;
  return !hibernation || (type.hibernationSupported && type.memoryMiB <= (wanted?.memoryMiB ?? 0));
}
