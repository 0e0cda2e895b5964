import type { Logger } from 'pino';
import { type Delays, defaultDelays } from './delays.ts';
import { type HostPhase, hostAt, isGone, type StateName, stateAt } from './instance-power.ts';
import type {
  CommandRecord,
  DeregistrationRecord,
  FaultSettings,
  HostRecord,
  ImageRecord,
  InstanceRecord,
  MetricRecord,
  ParameterRecord,
  SettingsRecord,
  TokenRecord,
  UserDataRecord,
} from './records.ts';
import type { SimulatorClock } from './simulator-clock.ts';
import type { Collection, Store } from './store.ts';

/** Everything the simulated cloud consists of; handlers read and change it, and the endpoint flushes it. */
export interface World {
  readonly clock: SimulatorClock;
  readonly logger: Logger;
  readonly store: Store;
  readonly instances: Collection<InstanceRecord>;
  readonly hosts: Collection<HostRecord>;
  readonly userData: Collection<UserDataRecord>;
  readonly clientTokens: Collection<TokenRecord>;
  /** Made by CreateImage; kept when deregistered, since instances outlive their image. */
  readonly images: Collection<ImageRecord>;
  readonly deregistrations: Collection<DeregistrationRecord>;
  readonly parameters: Collection<ParameterRecord>;
  readonly commands: Collection<CommandRecord>;
  readonly metrics: Collection<MetricRecord>;
  delays: Delays;
  /** What a reset goes back to. */
  readonly initialDelays: Delays;
  faults: FaultSettings;
  lastOrdinal: number;
  /** The ordinal before that of a new cloud's first instance. */
  readonly initialOrdinal: number;
  /** When gone instances were last looked for. */
  forgottenAt: number;
  /** Called after anything about a host has changed: its viewers may have to be told or cut off. */
  readonly hostChanged: (listener: (instanceId: string) => void) => void;
  readonly notifyHost: (instanceId: string) => void;
}

export const noFaults = (throttling: boolean): FaultSettings => ({
  noCapacity: [],
  errors: [],
  lostResponses: [],
  notOffered: [],
  subnets: [],
  vcpuLimit: null,
  images: 'ok',
  describeLagSeconds: 0,
  latencyMs: 0,
  throttling,
});

export interface WorldOptions {
  store: Store;
  clock: SimulatorClock;
  logger: Logger;
  /** Given delays replace those that were saved. */
  delays: Partial<Delays> | undefined;
  throttling: boolean | undefined;
  /** Only a new cloud starts there: an ordinal must never come again. */
  addressOffset: number;
}

export function openWorld(options: WorldOptions): World {
  const { store, clock, logger } = options;
  const listeners: ((instanceId: string) => void)[] = [];
  const saved = store.collection<SettingsRecord>('settings').get('current');
  clock.restore(saved?.clock);
  const faults = { ...noFaults(true), ...saved?.faults };
  if (options.throttling !== undefined) faults.throttling = options.throttling;
  return {
    clock,
    logger,
    store,
    instances: store.collection('instances'),
    hosts: store.collection('hosts'),
    userData: store.collection('user-data'),
    clientTokens: store.collection('client-tokens'),
    images: store.collection('images'),
    deregistrations: store.collection('deregistrations'),
    parameters: store.collection('parameters'),
    commands: store.collection('commands'),
    metrics: store.collection('metrics'),
    delays: { ...defaultDelays, ...saved?.delays, ...options.delays },
    faults,
    initialDelays: { ...defaultDelays, ...options.delays },
    lastOrdinal: saved?.lastOrdinal ?? options.addressOffset,
    initialOrdinal: options.addressOffset,
    forgottenAt: 0,
    hostChanged: (listener) => listeners.push(listener),
    notifyHost: (instanceId) => {
      for (const listener of listeners) listener(instanceId);
    },
  };
}

/** Must follow every change of clock, delays, faults or the ordinal, so that it outlives the process. */
export function saveSettings(world: World): void {
  const { clock, delays, faults, lastOrdinal } = world;
  const settings = { clock: clock.setting(), delays, faults, lastOrdinal };
  world.store.collection<SettingsRecord>('settings').put('current', settings);
}

/** Under which key a region's parameter is kept. */
export function parameterKey(region: string, name: string): string {
  return `${region}|${name}`;
}

export function stateNow(world: World, instance: InstanceRecord): StateName {
  return stateAt(instance.powers, world.clock.now()) ?? 'pending';
}

export function hostNow(world: World, instance: InstanceRecord): HostPhase {
  return hostAt(instance.powers, world.clock.now());
}

/** The host of an instance that exists; every instance gets one at launch. */
export function hostOf(world: World, instanceId: string): HostRecord {
  const host = world.hosts.get(instanceId);
  if (!host) throw new Error(`instance ${instanceId} has no host record`);
  return host;
}

export function instanceByAddress(world: World, privateIp: string): InstanceRecord | undefined {
  for (const instance of world.instances.values()) if (instance.privateIp === privateIp) return instance;
  return undefined;
}

const minute = 60 * 1000;
const day = 24 * 3600 * 1000;

/** Drops what EC2 no longer shows: instances an hour after their end, and what belonged to them. */
export function forgetGoneInstances(world: World): void {
  const now = world.clock.now();
  // Looking at every instance at every call would cost more than the calls; what is gone is not shown in the meantime.
  if (Math.abs(now - world.forgottenAt) < minute) return;
  world.forgottenAt = now;
  for (const instance of world.instances.values()) {
    if (!isGone(instance.powers, now, world.delays.terminatedVisibleSeconds)) continue;
    const { instanceId } = instance;
    world.instances.delete(instanceId);
    world.hosts.delete(instanceId);
    world.userData.delete(instanceId);
  }
  for (const [key, token] of world.clientTokens.entries()) {
    const inUse = token.instanceIds.some((id) => world.instances.get(id) !== undefined);
    if (!inUse && now - token.usedAt > day) world.clientTokens.delete(key);
  }
}
