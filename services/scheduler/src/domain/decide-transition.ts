import { lastTransition } from '@deskfleet/contracts';
import { type Closing, decideClosing } from './decide-closing.ts';
import { isAtRest, type Memory, type SessionFacts, type Tell } from './session-facts.ts';
import { earliest, latest, plus, type SchedulerSettings } from './settings.ts';
import { startBefore } from './start-lead.ts';
import { isKeptOff, nextOpen, openingOf, type Window, windowAt } from './window.ts';

/** What the schedule asks for now, and when it has to be asked again. */
export interface TransitionDecision {
  tells: Tell[];
  memory: Memory;
  lookAt: Date | null;
}

export interface TransitionInput {
  facts: SessionFacts;
  memory: Memory;
  now: Date;
  /** Start lead of the session's software stack, in milliseconds. */
  lead: number;
  settings: SchedulerSettings;
}

/**
 * What the schedule says of a session at an instant: an edge that has not been told is told, whether it is a moment old
 * or a night; of several that were missed, the last. Asking again at the same instant tells nothing.
 */
export function decideTransition(input: TransitionInput): TransitionDecision {
  const { facts, now, lead } = input;
  const memory = withoutFuture(input.memory, now, lead);
  const window = windowAt(facts, now, lead);
  return window === null ? outside({ ...input, memory }) : inside({ ...input, memory }, window);
}

/** What was told of a time that has not come is forgotten: the clock had run ahead. */
function withoutFuture(memory: Memory, now: Date, lead: number): Memory {
  return memory.edge !== null && memory.edge.at > plus(now, lead)
    ? { ...memory, edge: null, askedAt: null, warning: null }
    : memory;
}

function inside(input: TransitionInput, window: Window): TransitionDecision {
  const { facts, memory, now, settings } = input;
  const closing = decideClosing(facts, memory, window.close, now, settings);
  const after = { ...memory, warning: closing.warning };
  const tells: Tell[] = closing.warns ? [closing.warns] : [];
  const lookAtClose = earliest(window.close, closing.lookAt);
  if (facts.pauseUntil !== null && facts.pauseUntil > now) {
    return { tells, memory: after, lookAt: earliest(facts.pauseUntil, lookAtClose) };
  }
  const opening = openingOf(input, window);
  if (opening === null) return { tells, memory: after, lookAt: lookAtClose };
  const { at: edgeAt, keepOffFrom, dueAt } = opening;
  const start = { what: 'start-due' as const, edgeAt, validUntil: window.close, keepOffFrom };
  const edge = { at: edgeAt, type: 'open' as const };
  if (isNews(memory, edgeAt, facts)) {
    const asked = { ...after, edge, askedAt: now };
    const lookAt = earliest(plus(now, settings.repeat), lookAtClose);
    return { tells: [...tells, { ...start, dueAt }], memory: asked, lookAt };
  }
  const again = isKeptOff(facts, opening) ? null : repeatStartAt(facts, memory, settings);
  if (again !== null && now >= again) {
    const lookAt = earliest(plus(now, settings.repeat), lookAtClose);
    return { tells: [...tells, { ...start, dueAt: null }], memory: { ...after, askedAt: now }, lookAt };
  }
  return { tells, memory: { ...after, edge: memory.edge ?? edge }, lookAt: earliest(again, lookAtClose) };
}

/** When a start that has not come about is asked for again: the event was lost, or EC2 had no room. */
function repeatStartAt(facts: SessionFacts, { askedAt }: Memory, { repeat }: SchedulerSettings): Date | null {
  if (!isAtRest(facts) || askedAt === null) return null;
  const again = plus(askedAt, repeat);
  // One that has run since and was stopped, by whatever, is not started again.
  return facts.stateSince !== null && facts.stateSince <= again ? again : null;
}

function outside(input: TransitionInput): TransitionDecision {
  const { facts, memory, now, lead, settings } = input;
  const close = lastClose(facts, memory, now);
  const open = nextOpen(facts, now);
  const lookAtOpen = open === null ? null : startBefore(open, lead, facts.sessionId);
  if (close === null) return { tells: [], memory, lookAt: lookAtOpen };
  const closing = decideClosing(facts, memory, close, now, settings);
  const isNew = isNews(memory, close, facts);
  const edge = { at: close, type: 'close' as const };
  const asked = isNew ? null : memory.askedAt;
  const stops = stopsNow(closing, asked, now, settings);
  const tells: Tell[] = closing.warns ? [closing.warns] : [];
  if (stops || isNew) {
    const dueAt = isNew ? close : stopLateness(closing, asked);
    tells.push({ what: 'stop-due', edgeAt: close, validUntil: open, stops, dueAt });
  }
  const askedAt = stops ? now : asked;
  const lookAgain = closing.stopDueAt === null ? closing.lookAt : plus(askedAt ?? now, settings.repeat);
  return {
    tells,
    memory: { ...memory, edge, askedAt, warning: closing.warning },
    lookAt: earliest(lookAtOpen, lookAgain),
  };
}

function stopsNow(
  { stopDueAt }: Closing,
  askedAt: Date | null,
  now: Date,
  { repeat }: SchedulerSettings,
): boolean {
  return stopDueAt !== null && (askedAt === null || now >= plus(askedAt, repeat));
}

function stopLateness({ stopDueAt }: Closing, askedAt: Date | null): Date | null {
  return askedAt === null ? stopDueAt : null;
}

/** The close that put the session where it is: its schedule's last, or the edit that took the present window away. */
function lastClose({ schedule, scheduleChangedAt }: SessionFacts, { edge }: Memory, now: Date): Date | null {
  const last = lastTransition(schedule, now)?.at ?? null;
  if (edge?.type !== 'open' || edge.at > now || (last !== null && last > edge.at)) return last;
  return latest(edge.at, scheduleChangedAt);
}

/** Whether an edge has not been told. What was before the session was made is not told of it. */
function isNews({ edge }: Memory, at: Date, { createdAt }: SessionFacts): boolean {
  return edge === null ? at > createdAt : edge.at < at;
}
