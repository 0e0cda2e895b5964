import { markActivity } from '../state/change-power.ts';
import { newUuid } from '../state/identifiers.ts';
import type { Connection, HostRecord } from '../state/records.ts';
import { hostOf, type World } from '../state/world.ts';
import { hostFacts } from './host-facts.ts';
import { refusalOf } from './refusal-of.ts';

export interface NewConnection {
  username: string;
  userAgent: string;
  origin: Connection['origin'];
}

/** Somebody is connected from now on. */
export function connect(world: World, instanceId: string, who: NewConnection): Connection {
  const now = world.clock.now();
  const host = hostOf(world, instanceId);
  host.lastConnectionNumber += 1;
  const number = host.lastConnectionNumber;
  const connection: Connection = { ...who, id: newUuid(), number, connectedAt: now, lastInteractionAt: now };
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
  dropUnsupervised(world, instanceId);
  world.notifyHost(instanceId);
}

/** DCV disconnects guests whom the owner must accompany when the owner has left. */
function dropUnsupervised(world: World, instanceId: string): void {
  const instance = world.instances.get(instanceId);
  if (!instance) return;
  const facts = hostFacts(world, instance);
  const guest = facts.connections.find(({ username }) => refusalOf(facts, username)?.is === 'unsupervised');
  if (guest) disconnect(world, instanceId, guest.id);
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

/** Exactly these people are connected by steering, whatever the permission file says; viewers stay as they are. */
export function steerConnections(world: World, host: HostRecord, usernames: string[]): void {
  const missing = [...usernames];
  for (const { id, username, origin } of host.connections) {
    if (origin !== 'steered') continue;
    const place = missing.indexOf(username);
    if (place === -1) disconnect(world, host.instanceId, id);
    else missing.splice(place, 1);
  }
  for (const username of missing) {
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
