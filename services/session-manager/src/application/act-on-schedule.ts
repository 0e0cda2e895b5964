import type { EventData } from '@deskfleet/contracts';
import { decideExpiry } from '../domain/decide-expiry.ts';
import { decideScheduleStart } from '../domain/decide-schedule-start.ts';
import {
  decideScheduleStop,
  type ScheduleStopDecision,
  type ScheduleStopDue,
} from '../domain/decide-schedule-stop.ts';
import {
  type AutomaticDeps,
  askBeforeStop,
  startBySchedule,
  stopBySchedule,
  terminateAsExpired,
} from './automatic-changes.ts';
import type { StatusChange } from './session-store.ts';

/** A window opens: the desktop starts, unless a person wants something else. */
export async function startWhenDue(
  { change, logger }: AutomaticDeps,
  { sessionId, ...event }: EventData<'deskfleet.schedule.start-due.v1'>,
): Promise<void> {
  const due = {
    edgeAt: new Date(event.edgeAt),
    validUntil: instant(event.validUntil),
    keepOffFrom: new Date(event.keepOffFrom),
  };
  await change(sessionId, (facts, now) => {
    const decision = decideScheduleStart(due, facts, now);
    logger.info({ sessionId, edgeAt: event.edgeAt, ...decision }, 'a window of the schedule opens');
    return decision.outcome === 'start' ? startBySchedule(facts.status, due.validUntil) : null;
  });
}

/** A window has closed: where the desktop is to stop at that, it stops, or its host is asked who is connected. */
export async function stopWhenDue(
  { change, logger }: AutomaticDeps,
  { sessionId, ...event }: EventData<'deskfleet.schedule.stop-due.v1'>,
): Promise<void> {
  const due = {
    ...event,
    edgeAt: new Date(event.edgeAt),
    validUntil: instant(event.validUntil),
    observedAt: new Date(event.observedAt),
  };
  await change(sessionId, (facts, now) => {
    const decision = decideScheduleStop(due, facts, { connections: 'not-asked', now });
    logger.info({ sessionId, edgeAt: event.edgeAt, ...decision }, 'a window of the schedule has closed');
    return changeByStop(decision, due);
  });
}

export function changeByStop(
  decision: ScheduleStopDecision,
  { edgeAt, validUntil, observedAt, generation }: ScheduleStopDue,
): StatusChange | null {
  switch (decision.outcome) {
    case 'stop':
      return stopBySchedule(decision.to);
    case 'ask-host':
      return askBeforeStop({ edgeAt, validUntil, observedAt, generation });
    case 'void':
      return null;
    default:
      return decision satisfies never;
  }
}

/** The desktop has been stopped for longer than it is kept: it ends, and its disk with it. */
export async function terminateWhenExpired(
  { change, logger }: AutomaticDeps,
  { sessionId, ...event }: EventData<'deskfleet.schedule.stopped-too-long.v1'>,
): Promise<void> {
  const expiry = {
    ...event,
    stoppedSince: new Date(event.stoppedSince),
    observedAt: new Date(event.observedAt),
  };
  await change(sessionId, (facts, now) => {
    const decision = decideExpiry(expiry, facts, now);
    logger.info({ sessionId, ...event, ...decision }, 'a desktop has been stopped for too long');
    return decision.outcome === 'terminate' ? terminateAsExpired(event.reason) : null;
  });
}

function instant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
