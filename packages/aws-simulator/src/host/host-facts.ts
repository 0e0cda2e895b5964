import { type OperatingSystem, operatingSystems } from '../catalogue/operating-systems.ts';
import { findImage } from '../state/images.ts';
import type { HostPhase } from '../state/instance-power.ts';
import type { Connection, InstanceRecord, UserDataRecord } from '../state/records.ts';
import { hostNow, hostOf, type World } from '../state/world.ts';
import { passwordFetched } from './password.ts';
import { type Desktop, readDesktop } from './user-data.ts';

/** What a host's operating system and DCV server know at one moment. */
export interface HostFacts {
  platform: OperatingSystem['platform'];
  phase: HostPhase;
  desktop: Desktop | null;
  /** Null where the user data names no parameter to read it from. */
  passwordFetched: boolean | null;
  /** DCV answers, and its session exists. */
  dcvReady: boolean;
  agentOnline: boolean;
  connections: Connection[];
  /** Of the present DCV session; null before the first disconnection. */
  lastDisconnectedAt: number | null;
  now: number;
}

const desktops = new WeakMap<UserDataRecord, Desktop | null>();

/** The operating system that the instance's image brought. */
export function systemOf(world: World, instance: InstanceRecord): OperatingSystem {
  return findImage(world, instance.imageId)?.system ?? operatingSystems.amazonLinux2023;
}

function desktopOf(world: World, instance: InstanceRecord): Desktop | null {
  const record = world.userData.get(instance.instanceId);
  if (!record) return null;
  const known = desktops.get(record);
  if (known !== undefined) return known;
  const desktop = readDesktop(record, systemOf(world, instance).platform);
  desktops.set(record, desktop);
  return desktop;
}

export function hostFacts(world: World, instance: InstanceRecord): HostFacts {
  const host = hostOf(world, instance.instanceId);
  const phase = hostNow(world, instance);
  const desktop = desktopOf(world, instance);
  const fetched = passwordFetched(world, instance, host);
  const isSetUp = desktop !== null && fetched !== false;
  const endedHere = host.lastDisconnectedAt !== null && host.lastDisconnectedAt >= (phase.dcvSince ?? 0);
  return {
    platform: systemOf(world, instance).platform,
    phase,
    desktop,
    passwordFetched: fetched,
    dcvReady: phase.phase === 'dcv-ready' && host.dcv === 'ok' && isSetUp,
    agentOnline: host.agent !== 'offline' && (phase.phase === 'agent-online' || phase.phase === 'dcv-ready'),
    connections: host.connections,
    lastDisconnectedAt: endedHere ? host.lastDisconnectedAt : null,
    now: world.clock.now(),
  };
}
