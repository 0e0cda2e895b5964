import type { Delays } from './delays.ts';

/** A request that changed an instance, with the times at which its consequences come; nothing else moves an instance. */
export type Power = StartPower | RebootPower | StopPower | TerminatePower;

interface Boot {
  /** The SSM agent is online from here on. */
  agentAt: number;
  /** DCV answers for its session from here on. */
  dcvAt: number;
  bootId: string;
}

export interface StartPower extends Boot {
  kind: 'start';
  acceptedAt: number;
  runningAt: number;
  /** Resumed from hibernation: the same boot goes on. */
  resumed: boolean;
}

export interface RebootPower extends Boot {
  kind: 'reboot';
  acceptedAt: number;
}

export interface StopPower {
  kind: 'stop';
  acceptedAt: number;
  /** Null: hangs until it is forced. */
  stoppedAt: number | null;
  hibernated: boolean;
  /** Shown while stopping, where it is another than `stateReason`: a hibernation that turns out a plain stop. */
  stoppingReason?: StateReason;
  /** Shown once stopped. */
  stateReason: StateReason;
  transition: string;
}

export interface TerminatePower {
  kind: 'terminate';
  acceptedAt: number;
  terminatedAt: number;
  stateReason: StateReason;
  transition: string;
}

export interface StateReason {
  code: string;
  message: string;
}

export type StateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** InstanceState codes of the EC2 API reference. */
export const stateCodes: Readonly<Record<StateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** The request in force at `now`, or undefined before the launch. */
export function powerAt(powers: readonly Power[], now: number): Power | undefined {
  return powers.findLast((power) => power.acceptedAt <= now);
}

/** EC2's state at `now`; undefined before the launch. */
export function stateAt(powers: readonly Power[], now: number): StateName | undefined {
  const power = powerAt(powers, now);
  if (!power) return undefined;
  switch (power.kind) {
    case 'start':
      return now < power.runningAt ? 'pending' : 'running';
    case 'reboot':
      return 'running';
    case 'stop':
      return power.stoppedAt === null || now < power.stoppedAt ? 'stopping' : 'stopped';
    case 'terminate':
      return now < power.terminatedAt ? 'shutting-down' : 'terminated';
    default:
      return power satisfies never;
  }
}

/** True once a terminated instance has left EC2's answers. */
export function isGone(powers: readonly Power[], now: number, visibleSeconds: number): boolean {
  const power = powerAt(powers, now);
  return power?.kind === 'terminate' && now >= power.terminatedAt + visibleSeconds * 1000;
}

export interface HostPhase {
  phase: 'down' | 'booting' | 'agent-online' | 'dcv-ready';
  bootId: string | null;
  /** When this boot's DCV session came to be; a resume from hibernation keeps it. */
  dcvSince: number | null;
  bootedAt: number | null;
}

const hostDown: HostPhase = { phase: 'down', bootId: null, dcvSince: null, bootedAt: null };

/** How far the operating system on the instance is. The guest is away from the moment a stop is accepted. */
export function hostAt(powers: readonly Power[], now: number): HostPhase {
  const power = powerAt(powers, now);
  if (!power || power.kind === 'stop' || power.kind === 'terminate') return hostDown;
  if (power.kind === 'start' && now < power.runningAt) return hostDown;
  const boot = bootOf(powers, power);
  const bootedAt = boot.kind === 'start' ? boot.runningAt : boot.acceptedAt;
  const facts = { bootId: power.bootId, dcvSince: boot.dcvAt, bootedAt };
  if (now < power.agentAt) return { ...facts, phase: 'booting' };
  return { ...facts, phase: now < power.dcvAt ? 'agent-online' : 'dcv-ready' };
}

export function isAgentUp({ phase }: HostPhase): boolean {
  return phase === 'agent-online' || phase === 'dcv-ready';
}

function bootOf(powers: readonly Power[], power: StartPower | RebootPower): StartPower | RebootPower {
  if (power.kind === 'reboot' || !power.resumed) return power;
  const first = powers.find(
    (other) => (other.kind === 'start' || other.kind === 'reboot') && other.bootId === power.bootId,
  );
  return first?.kind === 'start' || first?.kind === 'reboot' ? first : power;
}

/** When each boot that got so far had DCV answering; a later request may have cut one short. */
export function finishedBoots(powers: readonly Power[], now: number): number[] {
  return powers.flatMap((power, index) => {
    if (power.kind !== 'start' && power.kind !== 'reboot') return [];
    const end = Math.min(now, powers[index + 1]?.acceptedAt ?? now);
    return power.dcvAt <= end ? [power.dcvAt] : [];
  });
}

/** Launch, or start after a stop; `resumedBootId` is given when the instance wakes from hibernation. */
export function startPower(now: number, delays: Delays, bootId: string, resumed = false): StartPower {
  const runningAt = now + delays.pendingSeconds * 1000;
  const agentAt = runningAt + delays.agentSeconds * 1000;
  const dcvAt = agentAt + delays.dcvSeconds * 1000;
  return { kind: 'start', acceptedAt: now, runningAt, agentAt, dcvAt, bootId, resumed };
}

export function rebootPower(now: number, delays: Delays, bootId: string): RebootPower {
  const agentAt = now + delays.rebootSeconds * 1000;
  return { kind: 'reboot', acceptedAt: now, agentAt, dcvAt: agentAt + delays.dcvSeconds * 1000, bootId };
}

export interface StopWish {
  hibernate: boolean;
  force: boolean;
  /** The guest ignores the signal. */
  hangs: boolean;
  /** The hibernation fails, and the guest shuts down instead. */
  fallsBack: boolean;
}

const userHibernate: StateReason = {
  code: 'Client.UserInitiatedHibernate',
  message: 'Client.UserInitiatedHibernate: User initiated hibernate',
};
const userShutdown: StateReason = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};

function stopSeconds(delays: Delays, { force, hibernate }: StopWish): number {
  if (force) return delays.forcedStopSeconds;
  return hibernate ? delays.hibernatingSeconds : delays.stoppingSeconds;
}

/** EC2 says from the start that a hibernation was asked for; only at the end can it be known to have been none. */
export function stopPower(now: number, delays: Delays, wish: StopWish): StopPower {
  const hibernated = wish.hibernate && !wish.fallsBack;
  return {
    kind: 'stop',
    acceptedAt: now,
    stoppedAt: wish.hangs && !wish.force ? null : now + stopSeconds(delays, wish) * 1000,
    hibernated,
    ...(wish.hibernate && !hibernated ? { stoppingReason: userHibernate } : {}),
    stateReason: hibernated ? userHibernate : userShutdown,
    transition: 'User initiated',
  };
}

export function terminatePower(
  now: number,
  delays: Delays,
  reason: StateReason = userShutdown,
): TerminatePower {
  const transition = reason.code.startsWith('Server.') ? reason.message : 'User initiated';
  const terminatedAt = now + delays.shuttingDownSeconds * 1000;
  return { kind: 'terminate', acceptedAt: now, terminatedAt, stateReason: reason, transition };
}
