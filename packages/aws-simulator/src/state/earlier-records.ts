import type { HostRecord } from './records.ts';
import type { World } from './world.ts';

/** Gives records that an earlier version wrote the fields that it did not know. */
export function completeEarlierRecords(world: World): void {
  world.faults.noCapacity = world.faults.noCapacity.map((fault) => Object.assign({ capacity: null }, fault));
  world.faults.errors = world.faults.errors.map((fault) => Object.assign({ instanceId: null }, fault));
  for (const [key, instance] of world.instances.entries()) {
    if ('pastTypes' in instance) continue;
    world.instances.put(key, Object.assign({ pastTypes: [], terminationProtected: false }, instance));
  }
  for (const [key, host] of world.hosts.entries()) {
    if ('permissions' in host) continue;
    const steering = { hibernation: 'ok', rebootIgnored: false } as const;
    const password = { passwordParameter: null, passwordFetched: false };
    const gpus = { gpuPercents: null, nvidiaSmi: 'ok' } as const;
    const times = { clockOffsetSeconds: 0, disconnectionSteeredInBoot: null };
    const earlier: HostRecord = host;
    const connections = earlier.connections.map((one, index) => ({ ...one, number: index + 1 }));
    const access = { permissions: null, lastConnectionNumber: connections.length };
    world.hosts.put(key, { ...steering, ...password, ...gpus, ...times, ...access, ...earlier, connections });
  }
  for (const [key, parameter] of world.parameters.entries()) {
    if ('createdAt' in parameter) continue;
    world.parameters.put(key, Object.assign({ createdAt: 0, tags: {} }, parameter));
  }
}
