import type { Schedule } from '@deskfleet/contracts';

/** When a session is to run, as its spec says. */
export interface SchedulingSpec {
  schedule: Schedule;
  /** Names the version of the schedule. */
  scheduleChangedAt: Date;
  /** The last time at which an edit brought the session into its hours: it counts as an open. */
  scheduleOpenedAt: Date | null;
  /** No automatic stop before this instant. */
  keepRunningUntil: Date | null;
  /** No automatic start before this instant. */
  pauseUntil: Date | null;
  overridesChangedAt: Date | null;
  /** Stop it when its hours close, also when it is in use; null: as its profile says. */
  stopAtClose: boolean | null;
  /** The user who said so. */
  stopAtCloseBy: string | null;
}

/** Of a session that is new. */
export function newScheduling(schedule: Schedule, at: Date): SchedulingSpec {
  return {
    schedule,
    scheduleChangedAt: at,
    scheduleOpenedAt: null,
    keepRunningUntil: null,
    pauseUntil: null,
    overridesChangedAt: null,
    stopAtClose: null,
    stopAtCloseBy: null,
  };
}

/** The time of a change that is always a later one than that before, also when both are of one millisecond. */
export function nextChange(before: Date, now: Date): Date {
  return new Date(Math.max(now.getTime(), before.getTime() + 1));
}
