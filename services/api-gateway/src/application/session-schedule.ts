import type { PutScheduleBody, SessionSchedule } from '@deskfleet/contracts';
import { describeSchedule } from '../domain/describe-schedule.ts';
import { overridesAt } from '../domain/overrides.ts';
import type { Principal } from '../domain/principal.ts';
import { done, type Outcome, refusalOfFaults, refused } from '../domain/refusal.ts';
import { opensBy } from '../domain/schedule-opening.ts';
import {
  changeNotAllowed,
  mayChangeSchedule,
  refusalOfSchedule,
  type SchedulePolicy,
  scheduleFaults,
} from '../domain/schedule-policy.ts';
import { nextChange } from '../domain/scheduling-spec.ts';
import { managedBy } from '../domain/session-access.ts';
import type { SessionRecord } from '../domain/session-record.ts';
import { type ChangeSpecDeps, changeSpec, type SpecRequest } from './change-spec.ts';
import type { Now, SessionReader } from './ports.ts';

/** A schedule with what names its version: a change of anything else of the session leaves it as it is. */
export interface VersionedSchedule {
  schedule: SessionSchedule;
  version: string;
}

export async function getSchedule(
  { sessions, now }: { sessions: SessionReader; now: Now },
  principal: Principal,
  id: string,
): Promise<Outcome<VersionedSchedule>> {
  const managed = managedBy(principal, await sessions.findSession(id));
  if (!managed.ok) return managed;
  const session = managed.value;
  return done(versioned(session, principal, now().toJSDate()));
}

export interface PutScheduleDeps extends ChangeSpecDeps {
  schedules: SchedulePolicy;
}

/**
 * Replaces the schedule of a session. One that is the same as before is written as well: it starts a session again that
 * was stopped by hand in hours that never close.
 */
export async function putSchedule(
  deps: PutScheduleDeps,
  request: SpecRequest & { body: PutScheduleBody; seen: string[] | null },
): Promise<Outcome<VersionedSchedule>> {
  const { principal, seen } = request;
  const { timezone, week, exceptions } = request.body;
  const schedule = { timezone, week, exceptions };
  const faults = scheduleFaults(schedule, '');
  const outcome = await changeSpec(deps, request, {
    precondition: { seen, versionOf: versionOfSchedule },
    decide(session, { now, about }) {
      if (!mayChangeSchedule(principal, session, deps.schedules)) {
        return refused(refusalOfFaults([changeNotAllowed('')]));
      }
      if (faults.length > 0) return refused(refusalOfSchedule(faults));
      const { scheduling } = session;
      const opens = opensBy({ before: scheduling.schedule, after: schedule }, now);
      return done({
        set: {
          schedule,
          scheduleChangedAt: nextChange(scheduling.scheduleChangedAt, now),
          ...(opens ? { scheduleOpenedAt: now } : {}),
        },
        event: {
          type: 'deskfleet.session.schedule-changed.v1',
          data: { ...about, changed: ['schedule'], ...overridesAt(scheduling, now) },
        },
        action: 'session.change-schedule',
        detail: { schedule },
      });
    },
  });
  return outcome.ok ? done(versioned(outcome.value, principal, deps.now().toJSDate())) : outcome;
}

function versionOfSchedule({ scheduling }: SessionRecord): string {
  return String(scheduling.scheduleChangedAt.getTime());
}

function versioned(session: SessionRecord, viewer: Principal, now: Date): VersionedSchedule {
  const { timezone, week, exceptions } = session.scheduling.schedule;
  const { summary, scheduledNow, nextTransition } = describeSchedule(session, viewer, now);
  return {
    schedule: { timezone, week, exceptions, summary, scheduledNow, nextTransition },
    version: versionOfSchedule(session),
  };
}
