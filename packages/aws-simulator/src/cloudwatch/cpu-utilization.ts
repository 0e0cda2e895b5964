import { hostAt, type Power } from '../state/instance-power.ts';
import type { ActivityMark } from '../state/records.ts';
import { type StatisticSet, statisticsOf } from './statistics.ts';

/** What a host's CPU usage follows from. */
export interface CpuHistory {
  instanceId: string;
  powers: readonly Power[];
  activity: readonly ActivityMark[];
}

const minuteMs = 60_000;

// A boot keeps the processors busy, less and less over some minutes.
const bootPeakPercent = 65;
const bootDecayMs = 2 * minuteMs;
// After the last person has left, what they started runs on for a while.
const leftBehindPercent = 10;
const leftBehindDecayMs = 4 * minuteMs;

/** The same number from 0 to 1 for the same instance and minute, so that a datapoint never changes. */
function noise(instanceId: string, minute: number): number {
  let hash = 2166136261 ^ minute;
  for (let index = 0; index < instanceId.length; index += 1) {
    hash = Math.imul(hash ^ instanceId.charCodeAt(index), 16777619);
  }
  hash ^= hash >>> 15;
  return ((Math.imul(hash, 2246822519) ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function leftSince(activity: readonly ActivityMark[], at: number): number | undefined {
  const past = activity.filter((mark) => mark.at <= at);
  const lastUse = past.findLastIndex((mark) => mark.connections > 0);
  return lastUse < 0 ? undefined : past[lastUse + 1]?.at;
}

/** CPU usage in percent at a moment; undefined while the host is down. */
export function cpuPercentAt(history: CpuHistory, at: number): number | undefined {
  const { bootedAt } = hostAt(history.powers, at);
  if (bootedAt === null) return undefined;
  const mark = history.activity.findLast((candidate) => candidate.at <= at);
  if (mark?.cpuPercent != null) return mark.cpuPercent;
  const random = noise(history.instanceId, Math.floor(at / minuteMs));
  const idle = 0.3 + random * 1.2;
  const boot = bootPeakPercent * Math.exp(-(at - bootedAt) / bootDecayMs);
  const people = mark?.connections ?? 0;
  const left = people > 0 ? undefined : leftSince(history.activity, at);
  const use = people > 0 ? 8 + random * 18 + people * 3 : 0;
  const leftBehind = left === undefined ? 0 : leftBehindPercent * Math.exp(-(at - left) / leftBehindDecayMs);
  return Math.min(100, idle + boot + use + leftBehind);
}

/** A sample a minute; periods under a minute have one. */
function datapoint(history: CpuHistory, periodStart: number, periodMs: number): StatisticSet | undefined {
  const samples: number[] = [];
  for (let at = periodStart; at < periodStart + periodMs; at += minuteMs) {
    const sample = cpuPercentAt(history, at);
    if (sample !== undefined) samples.push(sample);
  }
  return samples.length === 0 ? undefined : statisticsOf(periodStart, samples);
}

export interface DatapointSpan {
  from: number;
  to: number;
  /** Datapoints that end later are not there yet. */
  knownUntil: number;
  periodMs: number;
}

/** The datapoints that begin from `from` up to before `to`. */
export function* cpuDatapoints(
  history: CpuHistory,
  { from, to, knownUntil, periodMs }: DatapointSpan,
): Iterable<StatisticSet> {
  // Nothing happened before the launch: a question about years is not answered minute by minute.
  const launchedAt = history.powers[0]?.acceptedAt ?? to;
  const first = Math.max(Math.ceil(from / periodMs), Math.floor(launchedAt / periodMs));
  for (let at = first * periodMs; at < to && at + periodMs <= knownUntil; at += periodMs) {
    const set = datapoint(history, at, periodMs);
    if (set) yield set;
  }
}
