import { DateTime } from 'luxon';
import type { GpuReading, HostReading } from './observations.ts';

const lineNames = [
  'deskfleet-probe',
  'now',
  'session',
  'connections',
  'created',
  'disconnected',
  'interaction',
  'gpu',
  'gpu-percent',
  'end',
].join();

/** A time says in which zone it is: without one it would be read in whatever zone this process runs. */
const zonedTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/;

/**
 * What the probe script of a host printed (services/idle-monitor/probes): `name=value` lines in a fixed order, so that an
 * output that was cut, mixed with another or written by another version is not believed. What follows `end=1` is not read:
 * SSM appends there what the script wrote to its error stream.
 */
export function readProbe(text: string): HostReading {
  const lines = readLines(text);
  if (lines?.get('deskfleet-probe') !== '1') return { kind: 'unreadable' };
  const session = lines.get('session');
  if (session === 'no-dcv' || session === 'failed') return { kind: 'dcv-down' };
  const now = readTime(lines.get('now'));
  if (session !== 'ok' || now === null) return { kind: 'unreadable' };

  const created = lines.get('created') ?? '';
  const disconnected = lines.get('disconnected') ?? '';
  const connections = readCount(lines.get('connections'));
  const createdAgo = readAge(created, now);
  const disconnectedAgo = readAge(disconnected, now);
  const interactedAgo = readAge(lines.get('interaction') ?? '', now);
  const gpu = readGpu(lines.get('gpu'), lines.get('gpu-percent'));
  if (
    connections === undefined ||
    createdAgo === undefined ||
    disconnectedAgo === undefined ||
    interactedAgo === undefined ||
    gpu === undefined
  )
    return { kind: 'unreadable' };
  const accessMark = `${created} ${disconnected}`;
  return { kind: 'report', connections, createdAgo, disconnectedAgo, interactedAgo, accessMark, gpu };
}

/** Null unless all lines are there, in their order, up to the last. */
function readLines(text: string): Map<string, string> | null {
  const lines = text.trimStart().split(/\r?\n/);
  const end = lines.indexOf('end=1');
  const pairs = lines.slice(0, end + 1).map((line) => {
    const [name = '', ...value] = line.split('=');
    return [name, value.join('=').trim()] as const;
  });
  return pairs.map(([name]) => name).join() === lineNames ? new Map(pairs) : null;
}

function readTime(text = ''): number | null {
  const time = zonedTime.test(text) ? DateTime.fromISO(text) : null;
  return time?.isValid ? time.toMillis() : null;
}

/** By the host's own clock, which may be wrong by years. Null: it did not happen; undefined: it cannot be read. */
function readAge(text: string, now: number): number | null | undefined {
  if (text === '') return null;
  const time = readTime(text);
  return time === null ? undefined : now - time;
}

function readCount(text = ''): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

function readGpu(gpu: string | undefined, percentText: string | undefined): GpuReading | undefined {
  if (gpu === 'none' && percentText === '') return { kind: 'no-probe' };
  if (gpu === 'failed' && percentText === '') return { kind: 'failed' };
  const percent = gpu === 'nvidia' ? readCount(percentText) : undefined;
  return percent !== undefined && percent <= 100 ? { kind: 'percent', percent } : undefined;
}
