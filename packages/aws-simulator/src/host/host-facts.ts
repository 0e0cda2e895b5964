import { images } from '../catalogue/images.ts';
import type { HostPhase } from '../state/instance-power.ts';
import type { Connection, InstanceRecord, UserDataRecord } from '../state/records.ts';
import { hostNow, hostOf, type World } from '../state/world.ts';
import { type Desktop, readDesktop } from './user-data.ts';

/** What a host's operating system and DCV server know at one moment. */
export interface HostFacts {
  platform: 'linux' | 'windows';
  phase: HostPhase;
  desktop: Desktop | null;
  /** DCV answers, and its session exists. */
  dcvReady: boolean;
  agentOnline: boolean;
  connections: Connection[];
  /** Of the present DCV session; null before the first disconnection. */
  lastDisconnectedAt: number | null;
  now: number;
}

const desktops = new WeakMap<UserDataRecord, Desktop | null>();

function platformOf(instance: InstanceRecord): 'linux' | 'windows' {
  return images.get(instance.imageId)?.platform ?? 'linux';
}

function desktopOf(world: World, instance: InstanceRecord): Desktop | null {
  const record = world.userData.get(instance.instanceId);
  if (!record) return null;
  const known = desktops.get(record);
  if (known !== undefined) return known;
  const desktop = readDesktop(record, platformOf(instance));
  desktops.set(record, desktop);
  return desktop;
}

export function hostFacts(world: World, instance: InstanceRecord): HostFacts {
  const host = hostOf(world, instance.instanceId);
  const phase = hostNow(world, instance);
  const desktop = desktopOf(world, instance);
  const endedHere = host.lastDisconnectedAt !== null && host.lastDisconnectedAt >= (phase.dcvSince ?? 0);
  return {
    platform: platformOf(instance),
    phase,
    desktop,
    dcvReady: phase.phase === 'dcv-ready' && host.dcv === 'ok' && desktop !== null,
    agentOnline: host.agent !== 'offline' && (phase.phase === 'agent-online' || phase.phase === 'dcv-ready'),
    connections: host.connections,
    lastDisconnectedAt: endedHere ? host.lastDisconnectedAt : null,
    now: world.clock.now(),
  };
}
