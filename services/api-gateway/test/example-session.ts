import { workingWeek } from '@deskfleet/contracts';
import type { Principal } from '../src/domain/principal.ts';
import { newScheduling, type SchedulingSpec } from '../src/domain/scheduling-spec.ts';
import type { SessionRecord, SessionRuntime } from '../src/domain/session-record.ts';

/** Before the hours of a Sunday's desktop. */
export const launchedAt = new Date('2026-11-22T08:00:00Z');

export const person = (name: string, administrator = false): Principal => ({
  name,
  displayName: null,
  email: null,
  administrator,
  expiresAt: 0,
});

export const runningRuntime: SessionRuntime = {
  state: 'running',
  stateSince: launchedAt,
  reason: null,
  appliedSeq: 1,
  desired: 'running',
  desiredCause: 'user:alice',
  instanceId: 'i-1',
  instanceType: 'm7i.large',
  privateIp: '10.0.0.1',
  subnetId: null,
};

/** What is wanted of alice's desktop when it runs, changed as told. */
export const schedulingWith = (change: Partial<SchedulingSpec> = {}): SchedulingSpec => ({
  ...newScheduling({ ...workingWeek, timezone: 'Europe/Paris' }, launchedAt),
  ...change,
});

/** A Windows desktop of alice's that runs, changed as told. */
export const desktopWith = (
  runtime: Partial<SessionRuntime> = {},
  change: Partial<SessionRecord> = {},
): SessionRecord => ({
  id: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10',
  owner: 'alice',
  guests: [],
  name: 'desk',
  os: 'windows',
  softwareStack: { id: '01990000-0000-7000-8000-000000000012', name: 'Windows' },
  instanceType: 'm7i.large',
  rootVolumeGiB: 50,
  sessionType: 'default',
  hibernation: false,
  subnetId: null,
  project: null,
  ownersMayCreateImages: true,
  usersMayChangeSchedule: true,
  profileStopsAtClose: false,
  createdAt: launchedAt,
  endedAt: null,
  scheduling: schedulingWith(),
  specVersion: 1,
  expiresAt: null,
  idleFinding: null,
  steps: [],
  generation: 1,
  latestIntent: { kind: 'launch', args: {}, cause: 'user:alice', at: launchedAt },
  runtime: { ...runningRuntime, ...runtime },
  ...change,
});
