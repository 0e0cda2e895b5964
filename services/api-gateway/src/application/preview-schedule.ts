import {
  type DefaultScheduleAnswer,
  type PreviewScheduleBody,
  type SchedulePreview,
  scheduledAt,
  transitions,
} from '@deskfleet/contracts';
import { describeTransition } from '../domain/describe-schedule.ts';
import { previewFaults } from '../domain/judge-preview.ts';
import type { Principal } from '../domain/principal.ts';
import { done, type Outcome, refusalOfFaults, refused } from '../domain/refusal.ts';
import {
  defaultScheduleFor,
  mayChangeSchedule,
  refusalOfSchedule,
  type SchedulePolicy,
  scheduleFaults,
} from '../domain/schedule-policy.ts';
import type { UserDirectory } from './ports.ts';

/** When a schedule, which need not be anybody's, would open and close. */
export function previewSchedule(
  { schedule, from, to }: PreviewScheduleBody,
  now: Date,
): Outcome<SchedulePreview> {
  const range = { from: new Date(from), to: new Date(to) };
  const ofSchedule = scheduleFaults(schedule, '/schedule');
  const faults = [...ofSchedule, ...previewFaults(range)];
  if (ofSchedule.length > 0) return refused(refusalOfSchedule(faults));
  if (faults.length > 0) return refused(refusalOfFaults(faults));
  return done({
    transitions: transitions(schedule, range.from, range.to).map(describeTransition),
    scheduledNow: scheduledAt(schedule, now),
  });
}

/** The schedule that a new desktop of the caller gets, and whether they could choose another one. */
export async function readDefaultSchedule(
  { users, schedules }: { users: UserDirectory; schedules: SchedulePolicy },
  principal: Principal,
): Promise<DefaultScheduleAnswer> {
  const { timezone, week, exceptions } = defaultScheduleFor(
    await users.readTimezone(principal.name),
    schedules,
  );
  const mayChange = mayChangeSchedule(principal, { usersMayChangeSchedule: true }, schedules);
  return { timezone, week, exceptions, mayChange };
}
