import { type Schedule, type ScheduleDay, weekdays } from './schedule.ts';
import { firstInstantAt, lastInstantAt } from './zone-jumps.ts';

const minute = 60_000;
const day = 86_400_000;

/** A half-open stretch of instants, in milliseconds since the epoch. */
export interface Stretch {
  open: number;
  close: number;
}

/** Local times of one day, in milliseconds since its midnight; an end may be on the next day. */
type CompiledDay = 'run' | { start: number; end: number }[];

/** A schedule with its texts read once: days are numbered from 1970-01-01 on. */
export interface CompiledSchedule {
  zone: string;
  /** Monday first. */
  week: CompiledDay[];
  exceptions: { from: number; to: number; day: CompiledDay }[];
  /** Days on which another rule than on the day before may hold besides the week's own, in order. */
  changes: number[];
}

const compiled = new WeakMap<Schedule, CompiledSchedule>();

/** @param schedule one without faults (`findScheduleFaults`), which is not changed afterwards. */
export function compileSchedule(schedule: Schedule): CompiledSchedule {
  let result = compiled.get(schedule);
  if (!result) {
    const exceptions = schedule.exceptions.map((exception) => ({
      from: dayNumberOf(exception.from),
      to: dayNumberOf(exception.to),
      day: compileDay(exception.day),
    }));
    result = {
      zone: schedule.timezone,
      week: weekdays.map((name) => compileDay(schedule.week[name])),
      exceptions,
      changes: [...new Set(exceptions.flatMap(({ from, to }) => [from, to + 1]))].sort((a, b) => a - b),
    };
    compiled.set(schedule, result);
  }
  return result;
}

function compileDay(scheduled: ScheduleDay): CompiledDay {
  switch (scheduled.type) {
    case 'run-all-day':
      return 'run';
    case 'stop-all-day':
      return [];
    case 'custom':
      return scheduled.windows
        .map(({ start, end }) => ({ start: timeOfDay(start), end: endOf(start, end) }))
        .sort((a, b) => a.start - b.start);
    default:
      return scheduled satisfies never;
  }
}

/** `08:30` → milliseconds since midnight. */
function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * minute;
}

/** Milliseconds from the midnight of the day on which the window starts to its end. */
function endOf(start: string, end: string): number {
  const from = timeOfDay(start);
  const to = timeOfDay(end);
  return to > from ? to : to + day;
}

/** `1970-01-02` → 1. */
function dayNumberOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / day;
}

/** The stretches that start on one date, in order; empty ones are left out. They may touch or overlap. */
export function stretchesOf(schedule: CompiledSchedule, date: number): Stretch[] {
  const { zone } = schedule;
  const rule = ruleOf(schedule, date);
  const midnight = date * day;
  if (rule === 'run') {
    const whole = { open: firstInstantAt(zone, midnight), close: firstInstantAt(zone, midnight + day) };
    return whole.open < whole.close ? [whole] : [];
  }
  return rule
    .map(({ start, end }) => ({
      open: firstInstantAt(zone, midnight + start),
      close: lastInstantAt(zone, midnight + end),
    }))
    .filter(({ open, close }) => open < close);
}

function ruleOf({ week, exceptions }: CompiledSchedule, date: number): CompiledDay {
  const exception = exceptions.find(({ from, to }) => from <= date && date <= to);
  // Day 0 was a Thursday.
  return exception?.day ?? week[(((date + 3) % 7) + 7) % 7] ?? [];
}
