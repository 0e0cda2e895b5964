import { finishedBoots } from '../state/instance-power.ts';
import type { HostRecord, InstanceRecord } from '../state/records.ts';
import { parameterKey, type World } from '../state/world.ts';

/**
 * Whether the host has read its password from the SSM parameter that its user data names; null when it names none. Every boot
 * tries, at the moment DCV would be ready: a parameter that is not there by then leaves the host without a desktop.
 */
export function passwordFetched(world: World, instance: InstanceRecord, host: HostRecord): boolean | null {
  if (host.passwordParameter === null) return null;
  if (host.passwordFetched) return true;
  const parameter = world.parameters.get(parameterKey(instance.region, host.passwordParameter));
  if (!parameter) return false;
  return finishedBoots(instance.powers, world.clock.now()).some((dcvAt) => parameter.createdAt <= dcvAt);
}

/** Before parameters are deleted: hosts that had read theirs keep what they read. */
export function keepFetchedPasswords(world: World, region: string, names: ReadonlySet<string>): void {
  for (const host of world.hosts.values()) {
    if (host.passwordParameter === null || !names.has(host.passwordParameter)) continue;
    const instance = world.instances.get(host.instanceId);
    if (instance?.region !== region || !passwordFetched(world, instance, host)) continue;
    world.hosts.put(host.instanceId, Object.assign(host, { passwordFetched: true }));
  }
}
