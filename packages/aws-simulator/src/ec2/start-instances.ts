import { instanceTypes } from '../catalogue/instance-types.ts';
import { applyPower, isHibernated, lastBootId } from '../state/change-power.ts';
import { newUuid } from '../state/identifiers.ts';
import { startPower } from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';
import { requireCapacity } from './capacity.ts';
import type { Ec2Call } from './ec2-call.ts';
import { changeXml, incorrectState, namedInstances } from './named-instances.ts';
import { isOffered, unsupportedConfiguration } from './offerings.ts';
import { requireVcpus } from './vcpu-limit.ts';
import type { XmlObject } from './xml.ts';

/** Starts a stopped instance; a hibernated one goes on with the boot it had. */
export function startInstance(world: World, instance: InstanceRecord): void {
  const now = world.clock.now();
  const sleeping = isHibernated(instance, now) ? lastBootId(instance) : undefined;
  const power = startPower(now, world.delays, sleeping ?? newUuid(), sleeping !== undefined);
  applyPower(world, instance, power);
}

function checkOffered(world: World, { instanceType, zone }: InstanceRecord): void {
  const type = instanceTypes.get(instanceType);
  if (!type || !isOffered(world, type, zone)) throw unsupportedConfiguration();
}

/** StartInstances: running and pending instances stay as they are. One that cannot start fails the whole call. */
export function startInstances(call: Ec2Call): XmlObject {
  const { world } = call;
  const states = namedInstances(call);
  for (const [instance, state] of states) {
    if (!['stopped', 'pending', 'running'].includes(state)) throw incorrectState(instance, 'started');
  }
  const stopped = [...states].filter(([, state]) => state === 'stopped').map(([instance]) => instance);
  for (const instance of stopped) checkOffered(world, instance);
  requireVcpus(world, call.region, stopped);
  requireCapacity(world, stopped);
  for (const instance of stopped) startInstance(world, instance);
  return changeXml(call, states);
}
