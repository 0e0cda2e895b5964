import { scheduledAt } from '@deskfleet/contracts';
import { isUp, type Memory, type SessionFacts, type Tell } from './session-facts.ts';
import { latest, plus, type SchedulerSettings } from './settings.ts';
import { nextOpen } from './window.ts';

/** What becomes of a session that is to be stopped when its window closes. */
export interface Closing {
  warns: Extract<Tell, { what: 'stop-warning' }> | null;
  /** Since when the stop is due; null while it is not. */
  stopDueAt: Date | null;
  warning: Memory['warning'];
  lookAt: Date | null;
}

/**
 * The stop at a close, and the warning before it: never without the warning that the settings promise, never before a
 * keep-alive has run out or the grace period of a start by hand is over, and not at all when somebody has started the
 * desktop after the close, or the next window opens before.
 */
export function decideClosing(
  facts: SessionFacts,
  memory: Memory,
  close: Date | null,
  now: Date,
  settings: SchedulerSettings,
): Closing {
  const none = { warns: null, stopDueAt: null, warning: memory.warning, lookAt: null };
  if (close === null || !facts.stopAtClose || !isUp(facts)) return none;
  if (facts.startedByPersonAt !== null && facts.startedByPersonAt >= close) return none;
  const stopsAt = latest(close, facts.keepRunningUntil, graceEnd(facts, settings)) ?? close;
  const reopens = nextOpen(facts, close);
  if (reopens !== null && reopens <= stopsAt) return none;
  if (settings.warning === 0) return dueOrLater(stopsAt, memory.warning, now);
  const warnAt = plus(stopsAt, -settings.warning);
  const { warning } = memory;
  // A warning of a stop that has been postponed since is none.
  if (warning && warning.ofClose.getTime() === close.getTime() && warning.at >= warnAt) {
    return dueOrLater(latest(stopsAt, plus(warning.at, settings.warning)) ?? stopsAt, warning, now);
  }
  if (now < warnAt) return { ...none, lookAt: warnAt };
  const due = latest(stopsAt, plus(now, settings.warning)) ?? stopsAt;
  return {
    warns: { what: 'stop-warning', edgeAt: close, stopsAt: due },
    stopDueAt: null,
    warning: { at: now, ofClose: close },
    lookAt: due,
  };
}

function dueOrLater(due: Date, warning: Memory['warning'], now: Date): Closing {
  const isDue = now >= due;
  return { warns: null, stopDueAt: isDue ? due : null, warning, lookAt: isDue ? null : due };
}

/** Who starts a desktop outside its schedule has it for a while; once it was stopped and the clock started it, no more. */
function graceEnd(facts: SessionFacts, { grace }: SchedulerSettings): Date | null {
  const { schedule, startedByPersonAt, startedBySchedule } = facts;
  if (startedByPersonAt === null || startedBySchedule || scheduledAt(schedule, startedByPersonAt))
    return null;
  return plus(startedByPersonAt, grace);
}
