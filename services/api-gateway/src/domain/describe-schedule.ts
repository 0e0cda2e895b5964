import {
  describeHours,
  describeInstant,
  nextTransition,
  type Session,
  scheduledAt,
  summariseSchedule,
  type Transition,
} from '@deskfleet/contracts';
import { keptOffBy } from './keep-off.ts';
import { nextEdge } from './next-edge.ts';
import type { Principal } from './principal.ts';
import { isEnding, type SessionRecord } from './session-record.ts';

/** What the session's schedule means now, as this viewer is told. */
export function describeSchedule(session: SessionRecord, viewer: Principal, now: Date): Session['schedule'] {
  const { schedule } = session.scheduling;
  const { timezone } = schedule;
  const next = nextEdge(schedule, now);
  if (isEnding(session)) {
    return {
      summary: describeHours(schedule, now, next),
      timezone,
      scheduledNow: false,
      nextTransition: null,
    };
  }
  return {
    summary: summarise(session, { viewer, now, next }),
    timezone,
    scheduledNow: next ? next.type === 'close' : scheduledAt(schedule, now),
    nextTransition: next && describeTransition(next),
  };
}

export function describeTransition({ at, type }: Transition): { at: string; type: Transition['type'] } {
  return { at: at.toISOString(), type };
}

interface Present {
  viewer: Principal;
  now: Date;
  next: Transition | null;
}

/** The schedule in words; what keeps it from starting the session takes the place of what would happen next. */
function summarise(session: SessionRecord, present: Present): string {
  const { schedule, pauseUntil } = session.scheduling;
  const { now, next } = present;
  const hours = describeHours(schedule, now, next);
  if (pauseUntil !== null && pauseUntil > now) {
    return `${hours}; paused until ${describeInstant(pauseUntil, schedule.timezone, now)}`;
  }
  const cause = keptOffBy(session, now);
  if (cause !== null) return `${hours}; ${describeKeepOff(session, cause, present)}`;
  return summariseSchedule(schedule, now, next);
}

function describeKeepOff({ scheduling }: SessionRecord, cause: string, { viewer, now, next }: Present) {
  const { schedule } = scheduling;
  const open = next && nextTransition(schedule, next.at);
  const until = open ? describeInstant(open.at, schedule.timezone, now) : 'somebody starts it';
  return `stays off until ${until}, as ${describeStop(cause, viewer)}`;
}

function describeStop(cause: string, viewer: Principal): string {
  if (cause === 'external') return 'it was stopped at EC2 itself';
  const name = cause.slice(cause.indexOf(':') + 1);
  return `${name === viewer.name ? 'you' : name} stopped it`;
}
