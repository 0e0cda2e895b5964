import type { Activity, IdleDecision, Unknown } from './idle-decision.ts';
import type { Access, IdleFacts } from './idle-facts.ts';
import type { IdlePolicy } from './idle-policy.ts';
import type { CpuReading, GpuReading, HostReading, HostReport } from './observations.ts';

/** Of a host whose clock is set while DCV notes a time. More than this in the future is no time that can be believed. */
const clockTolerance = 60_000;

const unknownHosts: Record<Exclude<HostReading['kind'], 'report'>, Unknown> = {
  unreachable: 'host-unreachable',
  silent: 'host-silent',
  unreadable: 'host-unreadable',
  unavailable: 'host-unavailable',
  'dcv-down': 'dcv-down',
};

/** What CPU decides; null: it is low, or does not count. A desktop exactly at the threshold is used. */
export function judgeCpu(cpu: CpuReading | null, policy: IdlePolicy): IdleDecision | null {
  if (policy.ignoredSignals.includes('cpu')) return null;
  if (cpu === null) return { outcome: 'ask', what: 'cpu' };
  if (cpu.kind === 'no-data') return unknown('cpu-no-data');
  if (cpu.kind === 'unavailable') return unknown('cpu-unavailable');
  const { percent } = cpu;
  const threshold = policy.cpuThresholdPercent;
  // Also when it is no number.
  return percent < threshold ? null : busy({ reason: 'cpu-busy', percent, threshold });
}

/** What connections decide, or when the host was last used. */
export function judgeHost(
  { askedAt, reading }: NonNullable<IdleFacts['host']>,
  policy: IdlePolicy,
  before: Access | null,
): IdleDecision | { report: HostReport; access: Access } {
  if (reading.kind !== 'report') return unknown(unknownHosts[reading.kind]);
  const { connections } = reading;
  if (connections > 0 && !policy.untouchedCountsAsIdle) {
    return busy({ reason: 'connected', connections }, { at: askedAt, mark: null });
  }
  const ago = connections > 0 ? reading.interactedAgo : lastUseAgo(reading);
  if (ago === null) return unknown(connections > 0 ? 'interaction-unknown' : 'access-unknown');
  if (ago < -clockTolerance) return unknown('host-clock');
  const at = new Date(askedAt.getTime() - Math.max(0, ago));
  if (connections > 0) return { report: reading, access: { at, mark: null } };
  const { accessMark: mark } = reading;
  return { report: reading, access: before?.mark === mark ? before : { at, mark } };
}

/** Since somebody left or, where nobody has been, since DCV made its session: whichever is later. */
function lastUseAgo({ createdAgo, disconnectedAgo }: HostReport): number | null {
  if (createdAgo === null || disconnectedAgo === null) return disconnectedAgo ?? createdAgo;
  return Math.min(createdAgo, disconnectedAgo);
}

/** What the GPUs decide; null: they are idle, there are none, or they do not count. */
export function judgeGpu(gpu: GpuReading, maker: string | null, policy: IdlePolicy): IdleDecision | null {
  if (policy.ignoredSignals.includes('gpu')) return null;
  const threshold = policy.gpuThresholdPercent;
  if (gpu.kind === 'percent') {
    const { percent } = gpu;
    return percent < threshold ? null : busy({ reason: 'gpu-busy', percent, threshold });
  }
  if (maker === null) return null;
  const isMeasurable = maker === 'unknown' || /nvidia/i.test(maker);
  return unknown(isMeasurable ? 'gpu-unknown' : 'gpu-maker');
}

function busy(activity: Activity, access: Access | null = null): IdleDecision {
  return { outcome: 'active', activity, access };
}

function unknown(reason: Unknown): IdleDecision {
  return { outcome: 'unknown', reason };
}
