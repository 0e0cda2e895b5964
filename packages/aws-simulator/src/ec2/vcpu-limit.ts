import { instanceTypes } from '../catalogue/instance-types.ts';
import { AwsError } from '../http/aws-error.ts';
import { holdsCapacity } from '../state/usage.ts';
import type { World } from '../state/world.ts';

interface Sized {
  instanceType: string;
}

const vcpusOf = ({ instanceType }: Sized): number => instanceTypes.get(instanceType)?.vCpus ?? 0;

function freeVcpus(world: World, region: string): number {
  const { vcpuLimit } = world.faults;
  if (vcpuLimit === null) return Number.POSITIVE_INFINITY;
  let used = 0;
  for (const instance of world.instances.values()) {
    if (instance.region === region && holdsCapacity(world, instance)) used += vcpusOf(instance);
  }
  return Math.max(0, vcpuLimit - used);
}

/** How many more instances of a type the account's limit allows; AWS has a limit per family, the simulator one for all. */
export function vcpuRoom(world: World, region: string, sized: Sized): number {
  return Math.floor(freeVcpus(world, region) / vcpusOf(sized));
}

/** Throws when these may not all start. */
export function requireVcpus(world: World, region: string, sized: readonly Sized[]): void {
  const wanted = sized.reduce((total, each) => total + vcpusOf(each), 0);
  if (wanted > 0 && wanted > freeVcpus(world, region)) throw vcpuLimitExceeded(world);
}

export function vcpuLimitExceeded(world: World): AwsError {
  return new AwsError(
    'VcpuLimitExceeded',
    `You have requested more vCPU capacity than your current vCPU limit of ${world.faults.vcpuLimit} allows for the ` +
      'instance bucket that the specified instance type belongs to. Please visit ' +
      'http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.',
  );
}
