import {
  effectiveOpen,
  isKeptOff as keepsOff,
  lastTransition,
  laterWish,
  nextTransition,
  type PersonsWish,
  scheduledAt,
} from '@deskfleet/contracts';
import type { Memory, SessionFacts } from './session-facts.ts';
import { plus } from './settings.ts';
import { startBefore } from './start-lead.ts';

/** A window of the schedule that a session is in; null ends are those of a schedule that is always on. */
export interface Window {
  open: Date | null;
  close: Date | null;
}

/** The instant from which a session counts as opened, and from which a stop by a person keeps it off. */
export interface Opening {
  at: Date;
  keepOffFrom: Date;
  /** When the start was due: with a lead, before the window opens. */
  dueAt: Date;
}

/** The window that a session is in; from its early start on, it counts as inside. */
export function windowAt({ schedule, sessionId }: SessionFacts, now: Date, lead: number): Window | null {
  const next = nextTransition(schedule, now);
  if (scheduledAt(schedule, now)) {
    return { open: lastTransition(schedule, now)?.at ?? null, close: next?.at ?? null };
  }
  if (next?.type !== 'open' || now < startBefore(next.at, lead, sessionId)) return null;
  return { open: next.at, close: nextTransition(schedule, next.at)?.at ?? null };
}

export interface OpeningInput {
  facts: SessionFacts;
  memory: Pick<Memory, 'edge'>;
  now: Date;
  lead: number;
}

/** What counts as the open of this window; null for one that has been open always. */
export function openingOf({ facts, memory, now, lead }: OpeningInput, window: Window): Opening | null {
  const open = toldOpen(facts, memory, window);
  const at = effectiveOpen(open, facts, now);
  if (at === null) return null;
  return at === open
    ? { at, keepOffFrom: plus(at, -lead), dueAt: startBefore(at, lead, facts.sessionId) }
    : { at, keepOffFrom: at, dueAt: at };
}

/** Who edits the schedule inside a window does not open it again, though by the new schedule it began at another time. */
function toldOpen(
  { scheduleChangedAt }: SessionFacts,
  { edge }: Pick<Memory, 'edge'>,
  { open }: Window,
): Date | null {
  return edge?.type === 'open' && open !== null && open <= scheduleChangedAt ? edge.at : open;
}

/** Whether somebody has stopped the session since, and nobody has started it after that. */
export function isKeptOff(facts: SessionFacts, opening: Opening | null): boolean {
  const latest = laterWish(wish('off', facts.stoppedByPersonAt), wish('up', facts.startedByPersonAt));
  return opening === null ? latest?.wish === 'off' : keepsOff(latest, opening.keepOffFrom);
}

function wish(what: PersonsWish['wish'], at: Date | null): PersonsWish | null {
  return at === null ? null : { wish: what, at };
}

/** The next instant at which the schedule opens. */
export function nextOpen({ schedule }: SessionFacts, after: Date): Date | null {
  const next = nextTransition(schedule, after);
  if (next?.type !== 'close') return next?.at ?? null;
  return nextTransition(schedule, next.at)?.at ?? null;
}
