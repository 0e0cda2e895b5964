import type { DesiredState, OperatingSystem, Schedule, SessionState } from '@deskfleet/contracts';

/** What is true of a session now, as far as time has to do with it. */
export interface SessionFacts {
  sessionId: string;
  owner: string;
  os: OperatingSystem;
  /** Number of its latest intent. */
  generation: number;
  createdAt: Date;
  schedule: Schedule;
  scheduleChangedAt: Date;
  /** When an edit or the end of a pause last brought it into its window, which counts as an open. */
  scheduleOpenedAt: Date | null;
  keepRunningUntil: Date | null;
  pauseUntil: Date | null;
  /** Whether it is stopped at the close of its window, and whether its owner said so. */
  stopAtClose: boolean;
  stopAskedByOwner: boolean;
  /** Null until session-manager has taken it up. */
  state: SessionState | null;
  stateSince: Date | null;
  desired: DesiredState | null;
  /** The clock started it: it does not run because a person wanted so. */
  startedBySchedule: boolean;
  /** When somebody last launched or started it, and last stopped it, here or at EC2's console. */
  startedByPersonAt: Date | null;
  stoppedByPersonAt: Date | null;
}

/** What the scheduler has told of a session before. */
export interface Memory {
  /** The latest edge that was told; with a start lead it may lie in the future. */
  edge: { at: Date; type: 'open' | 'close' } | null;
  /** When a start or stop was last asked for at this edge; null when none was. */
  askedAt: Date | null;
  warning: { at: Date; ofClose: Date } | null;
  expiry: { stoppedSince: Date; announcedAt: Date; repeatedAt: Date } | null;
}

/** What is to be told; `dueAt` is when it should have been, null when it is told again. */
export type Tell =
  | { what: 'start-due'; edgeAt: Date; validUntil: Date | null; keepOffFrom: Date; dueAt: Date | null }
  | { what: 'stop-due'; edgeAt: Date; validUntil: Date | null; stops: boolean; dueAt: Date | null }
  | { what: 'stop-warning'; edgeAt: Date; stopsAt: Date }
  | { what: 'expiry-announced'; stoppedSince: Date; terminatesAt: Date }
  | { what: 'stopped-too-long'; stoppedSince: Date; keptHours: number };

export function isAtRest({ state }: Pick<SessionFacts, 'state'>): boolean {
  return state === 'stopped' || state === 'hibernated';
}

/** It runs, or is about to, and nobody has asked otherwise. */
export function isUp({ state, desired }: Pick<SessionFacts, 'state' | 'desired'>): boolean {
  const up = state === 'provisioning' || state === 'starting' || state === 'running';
  return up && desired === 'running';
}
