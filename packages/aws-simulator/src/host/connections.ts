import { markActivity } from '../state/change-power.ts';
import { newUuid } from '../state/identifiers.ts';
import type { Connection, HostRecord } from '../state/records.ts';
import { hostOf, type World } from '../state/world.ts';

export interface NewConnection {
  username: string;
  userAgent: string;
  origin: Connection['origin'];
}

/** Somebody is connected from now on. */
export function connect(world: World, instanceId: string, who: NewConnection): Connection {
  const now = world.clock.now();
  const connection: Connection = { ...who, id: newUuid(), connectedAt: now, lastInteractionAt: now };
  const host = hostOf(world, instanceId);
  host.connections = [...host.connections, connection];
  markActivity(world, host);
  world.notifyHost(instanceId);
  return connection;
}

/** The connection has ended; a repetition changes nothing. */
export function disconnect(world: World, instanceId: string, connectionId: string): void {
  const host = world.hosts.get(instanceId);
  if (!host?.connections.some((connection) => connection.id === connectionId)) return;
  host.connections = host.connections.filter((connection) => connection.id !== connectionId);
  host.lastDisconnectedAt = world.clock.now();
  markActivity(world, host);
  world.notifyHost(instanceId);
}

/** Mouse or keyboard were used; false when there is no such connection. */
export function interact(world: World, instanceId: string, connectionId: string): boolean {
  const host = world.hosts.get(instanceId);
  const connection = host?.connections.find((candidate) => candidate.id === connectionId);
  if (!host || !connection) return false;
  connection.lastInteractionAt = world.clock.now();
  world.hosts.put(instanceId, host);
  return true;
}

/** Makes exactly `wanted` steered connections of the session's owner; viewers stay as they are. */
export function steerConnections(world: World, host: HostRecord, wanted: number, username: string): void {
  const steered = host.connections.filter((connection) => connection.origin === 'steered');
  for (const { id } of steered.slice(wanted)) disconnect(world, host.instanceId, id);
  for (let count = steered.length; count < wanted; count += 1) {
    connect(world, host.instanceId, {
      username,
      userAgent: 'Amazon DCV Client (steered)',
      origin: 'steered',
    });
  }
}

/** As if the last one to leave had left then; null: nobody has left since this boot. */
export function steerLastDisconnection(
  world: World,
  host: HostRecord,
  { at, bootId }: { at: number | null; bootId: string | null },
): void {
  world.hosts.put(
    host.instanceId,
    Object.assign(host, { lastDisconnectedAt: at, disconnectionSteeredInBoot: bootId }),
  );
}

/** As if everybody who is connected had touched nothing since then. */
export function steerLastInteraction(world: World, host: HostRecord, at: number): void {
  host.connections = host.connections.map((connection) => ({ ...connection, lastInteractionAt: at }));
  world.hosts.put(host.instanceId, host);
}

/** After a restart of the process no viewer is connected any more: their sockets went with it. */
export function dropLostViewers(world: World): void {
  for (const host of world.hosts.values()) {
    const viewers = host.connections.filter((connection) => connection.origin === 'viewer');
    for (const { id } of viewers) disconnect(world, host.instanceId, id);
  }
}
