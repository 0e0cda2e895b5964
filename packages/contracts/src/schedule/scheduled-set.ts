import { type CompiledSchedule, compileSchedule } from './compile-schedule.ts';
import { joinNeighbours } from './join-neighbours.ts';
import { type LocalStretch, localStretches } from './local-stretches.ts';
import type { Schedule } from './schedule.ts';
import { firstInstantAt, lastInstantAt, localTimeOf } from './zone-jumps.ts';

const day = 86_400_000;

/** An instant at which the scheduled set begins or ends. */
export interface Transition {
  at: Date;
  type: 'open' | 'close';
}

/** Whether the instant is in the scheduled set: the union of all windows and of the days that run. */
export function scheduledAt(schedule: Schedule, instant: Date): boolean {
  const compiled = compileSchedule(schedule);
  const at = instant.getTime();
  const date = dateAt(compiled, at);
  for (const { open, close } of stretchesBetween(compiled, date - 1, date + 2)) {
    if (open <= at && at < close) return true;
  }
  return false;
}

/** The first edge after an instant; null where there is none any more (always on, always off). */
export function nextTransition(schedule: Schedule, after: Date): Transition | null {
  const compiled = compileSchedule(schedule);
  const at = after.getTime();
  for (const [from, until] of looksAhead(compiled, dateAt(compiled, at))) {
    for (const edge of edgesBetween(compiled, from, until)) if (edge.at.getTime() > at) return edge;
  }
  return null;
}

/** All edges with from ≤ at < to, in order. */
export function transitions(schedule: Schedule, from: Date, to: Date): Transition[] {
  const compiled = compileSchedule(schedule);
  const first = dateAt(compiled, from.getTime());
  const last = dateAt(compiled, to.getTime());
  return [...edgesBetween(compiled, first - 1, last + 2)].filter(({ at }) => at >= from && at < to);
}

/** The last edge at or before an instant; null where there was none. */
export function lastTransition(schedule: Schedule, until: Date): Transition | null {
  const compiled = compileSchedule(schedule);
  for (const [from, to] of looksBack(compiled, dateAt(compiled, until.getTime()))) {
    const edge = [...edgesBetween(compiled, from, to)].findLast(({ at }) => at <= until);
    if (edge) return edge;
  }
  return null;
}

/**
 * A week that has edges at all shows one within so many dates, even if jumps of the clock swallow those of two weeks: a
 * schedule without one in that time changes nothing until another rule holds.
 */
const quietDates = 24;

/** Where the first edge on a date or later can be: within the next weeks, or after a change of the rules. */
function* looksAhead({ periods }: CompiledSchedule, date: number): Generator<[from: number, until: number]> {
  let from = date - 1;
  let until = date + quietDates;
  for (const period of periods) {
    if (period.from < date) continue;
    if (period.from > until) {
      yield [from, until];
      from = period.from - 1;
    }
    until = period.from + quietDates;
  }
  yield [from, until];
}

/** Where the last edge on a date or earlier can be: within the last weeks, or before a change of the rules. */
function* looksBack({ periods }: CompiledSchedule, date: number): Generator<[from: number, until: number]> {
  // Nearly every schedule has an edge in a week.
  yield [date - 8, date + 2];
  yield [date - quietDates, date + 2];
  for (const { until } of periods.toReversed()) if (until <= date) yield [until - quietDates, until + 2];
}

/** The edges on dates between two, and perhaps some near them, in order. */
function* edgesBetween(schedule: CompiledSchedule, from: number, until: number): Generator<Transition> {
  for (const { open, close } of stretchesBetween(schedule, from, until)) {
    if (Number.isFinite(open)) yield { at: new Date(open), type: 'open' };
    if (Number.isFinite(close)) yield { at: new Date(close), type: 'close' };
  }
}

/** A half-open stretch of instants, in milliseconds since the epoch. */
interface Stretch {
  open: number;
  close: number;
}

/** A window starts at most two dates before an instant that it covers, whatever the clocks do. */
const overlapDates = 2;

/** The stretches of the scheduled set; those that go beyond the two dates are taken for being without begin or end. */
function stretchesBetween(schedule: CompiledSchedule, from: number, until: number): Generator<Stretch> {
  const end = Math.min(until, endOfDates);
  const local = localStretches(schedule, from - overlapDates, end);
  return joinNeighbours(instantsOf(schedule.zone, local, from * day, end * day), joinTouching);
}

/** Windows that do not touch in local time may do so when the clock is set back between them. */
function joinTouching(earlier: Stretch, later: Stretch): Stretch | null {
  if (later.open > earlier.close) return null;
  return { open: earlier.open, close: Math.max(earlier.close, later.close) };
}

function* instantsOf(
  zone: string,
  stretches: Iterable<LocalStretch>,
  from: number,
  until: number,
): Generator<Stretch> {
  for (const stretch of stretches) {
    const open = stretch.start <= from ? Number.NEGATIVE_INFINITY : firstInstantAt(zone, stretch.start);
    const close = closeOf(zone, stretch, until);
    // A jump of the clock may swallow a window, or a whole date.
    if (close > open) yield { open, close };
  }
}

function closeOf(zone: string, { endOfDays, endOfWindows }: LocalStretch, until: number): number {
  if (Math.max(endOfDays, endOfWindows) >= until) return Number.POSITIVE_INFINITY;
  return Math.max(
    endOfDays === Number.NEGATIVE_INFINITY ? endOfDays : firstInstantAt(zone, endOfDays),
    endOfWindows === Number.NEGATIVE_INFINITY ? endOfWindows : lastInstantAt(zone, endOfWindows),
  );
}

/**
 * 9999-12-30: what lasts until then lasts for good. An exception cannot name a later date than the one after, and an edge
 * in the year 10000 could not be written as a time of RFC 3339.
 */
const endOfDates = Date.UTC(9999, 11, 30) / day;

/** The number of the date that the clocks of the schedule's zone show. */
function dateAt({ zone }: CompiledSchedule, instant: number): number {
  return Math.min(Math.floor(localTimeOf(zone, instant) / day), endOfDates);
}
