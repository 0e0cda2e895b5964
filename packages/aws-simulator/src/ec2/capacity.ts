import { AwsError } from '../http/aws-error.ts';
import type { NoCapacity } from '../state/records.ts';
import { countInstances, holdsCapacity } from '../state/usage.ts';
import type { World } from '../state/world.ts';

/** EC2's capacity is that of a type in a zone. */
export interface Pool {
  instanceType: string;
  zone: string;
}

function covers(entry: Pool, pool: Pool): boolean {
  return (
    (entry.instanceType === '*' || entry.instanceType === pool.instanceType) &&
    (entry.zone === '*' || entry.zone === pool.zone)
  );
}

/** Instances that run in all the pools that an entry covers. */
export function runningIn(world: World, entry: Pool): number {
  return countInstances(world, (instance) => covers(entry, instance) && holdsCapacity(world, instance));
}

/** How many more may start under a steered shortage. */
export function freeCapacity(world: World, entry: NoCapacity): number {
  return entry.capacity === null ? 0 : Math.max(0, entry.capacity - runningIn(world, entry));
}

/** How many more may start in a pool; infinite where nothing is steered. */
export function capacityOf(world: World, pool: Pool): number {
  const entries = world.faults.noCapacity.filter((entry) => covers(entry, pool));
  return Math.min(Number.POSITIVE_INFINITY, ...entries.map((entry) => freeCapacity(world, entry)));
}

/** Throws unless all of these can start: EC2 starts none of them when one pool is short. */
export function requireCapacity(world: World, pools: readonly Pool[]): void {
  for (const entry of world.faults.noCapacity) {
    const wanted = pools.filter((pool) => covers(entry, pool));
    const [first] = wanted;
    if (first && wanted.length > freeCapacity(world, entry)) throw insufficientCapacity(first);
  }
}

export function insufficientCapacity({ instanceType, zone }: Pool): AwsError {
  return new AwsError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}). ` +
      'Our system will be working on provisioning additional capacity. You can currently get ' +
      `${instanceType} capacity by not specifying an Availability Zone in your request or choosing another one.`,
  );
}
