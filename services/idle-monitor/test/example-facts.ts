import { type Schedule, weekOf } from '@deskfleet/contracts';
import type { IdleFacts, Memory, SessionFacts } from '../src/domain/idle-facts.ts';
import { hour, type IdlePolicy, type IdleSettings, minute } from '../src/domain/idle-policy.ts';
import type { HostReport } from '../src/domain/observations.ts';

/** A Thursday evening, outside the hours of the schedule. */
export const now = new Date('2026-11-26T21:40:00Z');
export const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);
export const ahead = (milliseconds: number) => new Date(now.getTime() + milliseconds);

const stopped = { type: 'stop-all-day' } as const;
export const offHours: Schedule = { timezone: 'UTC', week: weekOf(stopped), exceptions: [] };
export const alwaysOn: Schedule = {
  timezone: 'UTC',
  week: weekOf({ type: 'run-all-day' }),
  exceptions: [],
};

export const settings: IdleSettings = {
  idleAfter: { stop: { linux: hour, windows: hour }, hibernate: { linux: hour, windows: hour } },
  cpuThresholdPercent: 15,
  gpuThresholdPercent: 10,
  cpuWindow: 15 * minute,
  warning: 15 * minute,
  grace: hour,
  interval: 5 * minute,
};

export const policy: IdlePolicy = {
  idleAfter: hour,
  cpuThresholdPercent: 15,
  gpuThresholdPercent: 10,
  cpuWindow: 15 * minute,
  ignoredSignals: [],
  untouchedCountsAsIdle: false,
  warning: 15 * minute,
  grace: hour,
};

export const session: SessionFacts = {
  sessionId: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10',
  owner: 'alice',
  os: 'linux',
  hibernation: false,
  generation: 4,
  instanceId: 'i-0a1b2c3d4e5f60718',
  gpuMaker: null,
  schedule: offHours,
  keepRunningUntil: null,
  runningSince: ago(9 * hour),
  connectedAt: ago(8 * hour),
  policy: {},
};

/** Warned long enough ago: the next check stops it. */
export const warned: Memory = {
  warnedAt: ago(15 * minute),
  unknownChecks: 0,
  lastAccess: null,
  hostSilent: false,
};

/** Nobody is connected; somebody left two hours ago. */
export const report: HostReport = {
  kind: 'report',
  connections: 0,
  createdAgo: 9 * hour,
  disconnectedAgo: 2 * hour,
  interactedAgo: null,
  accessMark: 'created 12:40, left 19:40',
  gpu: { kind: 'no-probe' },
};

/** A desktop that is to be stopped now: everything says that nobody uses it, and its owner was warned. */
export const idle: IdleFacts = {
  session,
  memory: warned,
  cpu: { kind: 'percent', percent: 1.2 },
  host: { askedAt: now, reading: report },
};

export const withSession = (change: Partial<SessionFacts>): IdleFacts => ({
  ...idle,
  session: { ...session, ...change },
});
export const withReport = (change: Partial<HostReport>): IdleFacts => ({
  ...idle,
  host: { askedAt: now, reading: { ...report, ...change } },
});
