import type { CompiledDay, CompiledSchedule, Period } from './compile-schedule.ts';
import { joinNeighbours } from './join-neighbours.ts';

/**
 * What a schedule says in local times (milliseconds as if the clock ran in UTC), before any clock is asked: what can be
 * joined here costs no look at the time zone database.
 */
const day = 86_400_000;

/**
 * A stretch of local time. It ends with its last whole day or with its last window, whichever lasts longer: where the
 * clock is set back over midnight, a day ends at the first instant of the next date and a window at the last that shows
 * its end.
 */
export interface LocalStretch {
  start: number;
  /** Where its last day that runs as a whole ends; −∞ without such a day. */
  endOfDays: number;
  /** Where its last window ends; −∞ without a window. */
  endOfWindows: number;
}

/** The stretches that start on the dates from `first` to `last`, in order; those that touch or overlap are one. */
export function localStretches(
  schedule: CompiledSchedule,
  first: number,
  last: number,
): Generator<LocalStretch> {
  return joinNeighbours(piecesOf(schedule, first, last), joinLocal);
}

function joinLocal(earlier: LocalStretch, later: LocalStretch): LocalStretch | null {
  if (later.start > Math.max(earlier.endOfDays, earlier.endOfWindows)) return null;
  return {
    start: earlier.start,
    endOfDays: Math.max(earlier.endOfDays, later.endOfDays),
    endOfWindows: Math.max(earlier.endOfWindows, later.endOfWindows),
  };
}

function* piecesOf(
  { week, periods }: CompiledSchedule,
  first: number,
  last: number,
): Generator<LocalStretch> {
  for (let index = periods.findIndex(({ until }) => until > first); index < periods.length; index++) {
    const { from, until, exception } = periods[index] as Period;
    if (from > last) return;
    for (let date = Math.max(first, from); date <= last && date < until; date++) {
      yield* piecesOfDate(date, exception ?? week[weekdayOf(date)] ?? []);
    }
  }
}

/** 0 for a Monday. */
function weekdayOf(date: number): number {
  // Day 0 was a Thursday.
  return (((date + 3) % 7) + 7) % 7;
}

function piecesOfDate(date: number, rule: CompiledDay): LocalStretch[] {
  const midnight = date * day;
  if (rule === 'run') {
    return [{ start: midnight, endOfDays: midnight + day, endOfWindows: Number.NEGATIVE_INFINITY }];
  }
  return rule.map(({ start, end }) => ({
    start: midnight + start,
    endOfDays: Number.NEGATIVE_INFINITY,
    endOfWindows: midnight + end,
  }));
}
