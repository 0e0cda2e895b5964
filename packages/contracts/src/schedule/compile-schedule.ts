import { type Schedule, type ScheduleDay, type ScheduleException, weekdays } from './schedule.ts';

const minute = 60_000;
const day = 86_400_000;

/** Local times of one day, in milliseconds since its midnight; an end may be on the next day. */
export type CompiledDay = 'run' | { start: number; end: number }[];

/** Dates on which one rule holds, numbered from 1970-01-01 on: an exception's day, or the week. */
export interface Period {
  /** −∞ for the first one. */
  from: number;
  /** Exclusive; ∞ for the last one. */
  until: number;
  exception: CompiledDay | undefined;
}

/** A schedule with its texts read once. */
export interface CompiledSchedule {
  zone: string;
  /** Monday first. */
  week: CompiledDay[];
  /** All dates, in order. */
  periods: Period[];
}

/**
 * What is compiled is not kept: for most schedules compiling takes less time than remembering them by a `WeakMap`, and
 * for any it is little beside parsing them.
 *
 * @param schedule one without faults (`findScheduleFaults`).
 */
export function compileSchedule(schedule: Schedule): CompiledSchedule {
  return {
    zone: schedule.timezone,
    week: weekdays.map((name) => compileDay(schedule.week[name])),
    periods: periodsOf(schedule.exceptions),
  };
}

function periodsOf(exceptions: ScheduleException[]): Period[] {
  const compiled = exceptions.map(({ from, to, day }) => ({
    from: dateNumberOf(from),
    until: dateNumberOf(to) + 1,
    day: compileDay(day),
  }));
  const edges = new Set(compiled.flatMap(({ from, until }) => [from, until]));
  const starts = [Number.NEGATIVE_INFINITY, ...[...edges].sort((a, b) => a - b)];
  return starts.map((from, index) => ({
    from,
    until: starts[index + 1] ?? Number.POSITIVE_INFINITY,
    exception: compiled.find((one) => one.from <= from && from < one.until)?.day,
  }));
}

function compileDay(scheduled: ScheduleDay): CompiledDay {
  switch (scheduled.type) {
    case 'run-all-day':
      return 'run';
    case 'stop-all-day':
      return [];
    case 'custom':
      return scheduled.windows.map(compileWindow).sort((a, b) => a.start - b.start);
    default:
      return scheduled satisfies never;
  }
}

function compileWindow(window: { start: string; end: string }): { start: number; end: number } {
  const start = timeOfDay(window.start);
  const end = timeOfDay(window.end);
  return { start, end: end > start ? end : end + day };
}

/** `08:30` → milliseconds since midnight. */
function timeOfDay(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * minute;
}

/** `1970-01-02` → 1. */
function dateNumberOf(date: string): number {
  return Date.parse(date) / day;
}
