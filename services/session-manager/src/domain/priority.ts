import type { SessionStatus } from './session-status.ts';

/** A person waits for it, and not a schedule or a rule. */
export function isAskedByPerson({ desiredCause }: Pick<SessionStatus, 'desiredCause'>): boolean {
  return /^(user|admin):/.test(desiredCause);
}

/** Orders what has to wait for EC2's token buckets: people first, then schedules, then who has waited longest. */
export function byPriority(a: { status: SessionStatus }, b: { status: SessionStatus }): number {
  return rank(a.status) - rank(b.status) || a.status.stateSince.getTime() - b.status.stateSince.getTime();
}

function rank(status: SessionStatus): number {
  if (isAskedByPerson(status)) return 0;
  return status.desiredCause === 'schedule' ? 1 : 2;
}
