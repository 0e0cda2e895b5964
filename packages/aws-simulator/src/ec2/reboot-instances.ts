import { applyPower } from '../state/change-power.ts';
import { newUuid } from '../state/identifiers.ts';
import { rebootPower } from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import { hostOf, type World } from '../state/world.ts';
import type { Ec2Call } from './ec2-call.ts';
import { incorrectState, namedInstances } from './named-instances.ts';
import type { XmlObject } from './xml.ts';

/** Restarts the guest, unless it is steered to ignore that; EC2 does not wait to see. */
export function rebootInstance(world: World, instance: InstanceRecord): void {
  if (hostOf(world, instance.instanceId).rebootIgnored) return;
  applyPower(world, instance, rebootPower(world.clock.now(), world.delays, newUuid()));
}

/** RebootInstances: only running instances; the boot id changes. */
export function rebootInstances(call: Ec2Call): XmlObject {
  const states = namedInstances(call);
  for (const [instance, state] of states) if (state !== 'running') throw incorrectState(instance, 'rebooted');
  for (const instance of states.keys()) rebootInstance(call.world, instance);
  return { return: true };
}
