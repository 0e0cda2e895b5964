import { type Power, powerAt } from './instance-power.ts';
import type { HostRecord, InstanceRecord } from './records.ts';
import { hostOf, type World } from './world.ts';

// Enough for the CPU history of a day with many reboots; older requests no longer show anywhere.
const keptPowers = 50;
const keptActivity = 200;

/** Puts an accepted request into effect: the instance remembers it, and a guest that goes down loses its connections. */
export function applyPower(world: World, instance: InstanceRecord, power: Power): void {
  const past = instance.powers.filter((other) => other.acceptedAt <= power.acceptedAt);
  instance.powers = [...past, power].slice(-keptPowers);
  world.instances.put(instance.instanceId, instance);
  if (power.kind !== 'start') dropConnections(world, hostOf(world, instance.instanceId));
  world.notifyHost(instance.instanceId);
}

/** True while the instance sleeps with its memory kept. */
export function isHibernated(instance: InstanceRecord, now: number): boolean {
  const power = powerAt(instance.powers, now);
  return power?.kind === 'stop' && power.hibernated;
}

/** The boot that a start or reboot last brought up. */
export function lastBootId(instance: InstanceRecord): string | undefined {
  const boot = instance.powers.findLast((power) => power.kind === 'start' || power.kind === 'reboot');
  return boot?.kind === 'start' || boot?.kind === 'reboot' ? boot.bootId : undefined;
}

function dropConnections(world: World, host: HostRecord): void {
  if (host.connections.length === 0) return;
  host.connections = [];
  host.lastDisconnectedAt = world.clock.now();
  markActivity(world, host);
}

/** Notes from when on this many people are connected and which CPU is steered; puts the host. */
export function markActivity(world: World, host: HostRecord, cpuPercent?: number | null): void {
  const cpu = cpuPercent === undefined ? (host.activity.at(-1)?.cpuPercent ?? null) : cpuPercent;
  const mark = { at: world.clock.now(), connections: host.connections.length, cpuPercent: cpu };
  host.activity = [...host.activity, mark].slice(-keptActivity);
  world.hosts.put(host.instanceId, host);
}
