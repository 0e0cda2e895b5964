import { instanceTypes } from '../catalogue/instance-types.ts';
import { type OperatingSystem, operatingSystems } from '../catalogue/operating-systems.ts';
import { findImage } from '../state/images.ts';
import { type HostPhase, isAgentUp } from '../state/instance-power.ts';
import type { Connection, HostRecord, InstanceRecord, UserDataRecord } from '../state/records.ts';
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
  /** DCV serves, and its session exists. */
  dcvReady: boolean;
  /** The `dcv` program answers with an error, whatever DCV serves. */
  dcvDown: boolean;
  agentOnline: boolean;
  /** Null where no desktop has been prepared. */
  permissionFile: string | null;
  connections: Connection[];
  /** Of the present DCV session; null before the first disconnection. */
  lastDisconnectedAt: number | null;
  gpus: Gpus;
  now: number;
  /** How far the host's own clock is ahead. */
  clockOffsetMs: number;
}

/** What `nvidia-smi` knows; it is missing where there is no GPU that it could know. */
interface Gpus {
  nvidiaSmi: HostRecord['nvidiaSmi'];
  /** Use of each GPU. */
  percents: number[];
}

/** What the host's own clock shows at a moment. */
export function hostClock(facts: HostFacts, ms: number): number {
  return ms + facts.clockOffsetMs;
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

function gpusOf(instance: InstanceRecord, host: HostRecord): Gpus {
  const percents = host.gpuPercents ?? idleGpus(instance.instanceType);
  const nvidiaSmi = host.nvidiaSmi === 'ok' && percents.length === 0 ? 'missing' : host.nvidiaSmi;
  return { nvidiaSmi, percents };
}

function idleGpus(instanceType: string): number[] {
  const gpu = instanceTypes.get(instanceType)?.gpu;
  return gpu?.maker === 'NVIDIA' ? Array.from({ length: gpu.count }, () => 0) : [];
}

/** A steered one may be older than the DCV session; it holds until the next boot. */
function lastDisconnection(host: HostRecord, phase: HostPhase): number | null {
  const at = host.lastDisconnectedAt;
  if (at === null) return null;
  const isSteered =
    host.disconnectionSteeredInBoot !== null && host.disconnectionSteeredInBoot === phase.bootId;
  return isSteered || at >= (phase.dcvSince ?? 0) ? at : null;
}

export function hostFacts(world: World, instance: InstanceRecord): HostFacts {
  const host = hostOf(world, instance.instanceId);
  const phase = hostNow(world, instance);
  const desktop = desktopOf(world, instance);
  const fetched = passwordFetched(world, instance, host);
  const isSetUp = desktop !== null && fetched !== false;
  return {
    platform: systemOf(world, instance).platform,
    phase,
    desktop,
    passwordFetched: fetched,
    dcvReady: phase.phase === 'dcv-ready' && host.dcv !== 'never-ready' && isSetUp,
    dcvDown: host.dcv === 'down',
    agentOnline: host.agent !== 'offline' && isAgentUp(phase),
    permissionFile: host.permissions?.text ?? desktop?.permissions ?? null,
    connections: host.connections,
    lastDisconnectedAt: lastDisconnection(host, phase),
    gpus: gpusOf(instance, host),
    now: world.clock.now(),
    clockOffsetMs: host.clockOffsetSeconds * 1000,
  };
}
