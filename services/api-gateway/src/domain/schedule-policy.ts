import { type DefaultSchedule, findScheduleFaults, type Schedule } from '@deskfleet/contracts';
import type { Principal } from './principal.ts';
import { type CodedFault, type Refusal, refusalOfFaults } from './refusal.ts';

/** What the deployment says of schedules. */
export interface SchedulePolicy {
  /** Of desktops that are launched without one. */
  standard: DefaultSchedule;
  /** Time zone of users who have not said theirs. */
  timezone: string;
  /** Whether users may have other schedules; administrators always may. */
  usersMayChange: boolean;
}

/** The schedule that a new desktop of a user gets. */
export function defaultScheduleFor(
  userTimezone: string | null,
  { standard, timezone }: SchedulePolicy,
): Schedule {
  return { ...standard, timezone: userTimezone ?? standard.timezone ?? timezone };
}

/** Whether somebody may choose the schedule of a desktop: the deployment and its profile have to allow it to users. */
export function mayChangeSchedule(
  { administrator }: Pick<Principal, 'administrator'>,
  { usersMayChangeSchedule }: { usersMayChangeSchedule: boolean },
  { usersMayChange }: Pick<SchedulePolicy, 'usersMayChange'>,
): boolean {
  return administrator || (usersMayChange && usersMayChangeSchedule);
}

/** @param pointer where the schedule is in the request. */
export function changeNotAllowed(pointer: string): CodedFault {
  const detail =
    'The schedule of this desktop is set by your administrators. Ask one of them, or keep it running or pause it for a while.';
  return { code: 'schedule-change-not-allowed', pointer, detail };
}

/** Everything that is wrong with a schedule in a request. @param pointer where the schedule is in it. */
export function scheduleFaults(schedule: Schedule, pointer: string): CodedFault[] {
  return findScheduleFaults(schedule).map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` }));
}

/** Several faults of a schedule are one problem, as none of them is the first. @throws Error without a fault */
export function refusalOfSchedule(faults: CodedFault[]): Refusal {
  const refusal = refusalOfFaults(faults);
  return faults.length > 1 ? { ...refusal, code: 'invalid-schedule' } : refusal;
}
