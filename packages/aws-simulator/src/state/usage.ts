import { stateAt } from './instance-power.ts';
import type { InstanceRecord } from './records.ts';
import type { World } from './world.ts';

/** How many instances pass the test. Only asked where a limit is steered: it looks at all of them. */
export function countInstances(world: World, test: (instance: InstanceRecord) => boolean): number {
  let count = 0;
  for (const instance of world.instances.values()) if (test(instance)) count += 1;
  return count;
}

/** Pending or running: holds capacity and vCPUs. EC2 has both back as soon as it accepts a stop or termination. */
export function holdsCapacity(world: World, instance: InstanceRecord): boolean {
  const state = stateAt(instance.powers, world.clock.now());
  return state === 'pending' || state === 'running';
}

/** Until it is terminated, an instance keeps its address. */
export function holdsAddress(world: World, instance: InstanceRecord): boolean {
  const state = stateAt(instance.powers, world.clock.now());
  return state !== undefined && state !== 'shutting-down' && state !== 'terminated';
}
