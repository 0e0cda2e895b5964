import type { Schedule, ScheduleDay, ScheduleWindow, Transition, Weekday } from '../../src/index.ts';
import type { ClockReading } from './clock-reading.ts';

/**
 * The scheduled set as its definition says it, minute by minute: each rule is looked up in the list of what the local
 * clock showed. Slow, and shares nothing with the code that it is compared with.
 */
const minute = 60_000;
const dayInMinutes = 1_440;

/** Tells the edges of a schedule in the compared part of a reading, as `transitions` gives them. */
export function minuteWalk(reading: ClockReading): (schedule: Schedule) => Transition[] {
  const find = lookUp(reading.shown);
  const { from, to } = reading.compared;
  return (schedule) => {
    const inside = insideByMinutes(schedule, reading.shown, find);
    const edges: Transition[] = [];
    for (let index = (from - reading.from) / minute; index < (to - reading.from) / minute; index++) {
      if (inside[index] === inside[index - 1]) continue;
      edges.push({ at: new Date(reading.from + index * minute), type: inside[index] ? 'open' : 'close' });
    }
    return edges;
  };
}

/** Whether each minute is in the scheduled set. */
function insideByMinutes(schedule: Schedule, shown: number[], find: LookUp): boolean[] {
  const inside = shown.map(() => false);
  const firstDate = Math.floor((shown[0] ?? 0) / dayInMinutes);
  const lastDate = Math.floor((shown.at(-1) ?? 0) / dayInMinutes);
  for (let date = firstDate; date <= lastDate; date++) {
    for (const [open, close] of intervalsOf(date, ruleOn(schedule, date), find))
      inside.fill(true, open, close);
  }
  return inside;
}

/** Indexes of minutes in a reading; its end for what is later. */
interface LookUp {
  /** The first minute that shows a local time; the minute of the jump where it does not exist. */
  earliest: (local: number) => number;
  /** The last minute that shows a local time; the minute of the jump where it does not exist. */
  latest: (local: number) => number;
  /** The first minute of a date, or of the date after it where the zone skipped one. */
  startOfDate: (date: number) => number;
}

function lookUp(shown: number[]): LookUp {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  const firstOfDate = new Map<number, number>();
  const gaps: { before: number; after: number; index: number }[] = [];
  shown.forEach((local, index) => {
    const before = shown[index - 1] ?? local - 1;
    if (local > before + 1) gaps.push({ before, after: local, index });
    if (!first.has(local)) first.set(local, index);
    last.set(local, index);
    const date = Math.floor(local / dayInMinutes);
    if (!firstOfDate.has(date)) firstOfDate.set(date, index);
  });
  const outside = (local: number) => (local < (shown[0] ?? 0) ? 0 : shown.length);
  const jumpOver = (local: number) =>
    gaps.find(({ before, after }) => before < local && local < after)?.index;
  return {
    earliest: (local) => first.get(local) ?? jumpOver(local) ?? outside(local),
    latest: (local) => last.get(local) ?? jumpOver(local) ?? outside(local),
    startOfDate: (date) => firstOfDate.get(date) ?? firstOfDate.get(date + 1) ?? outside(date * dayInMinutes),
  };
}

function intervalsOf(date: number, rule: ScheduleDay, find: LookUp): [open: number, close: number][] {
  switch (rule.type) {
    case 'stop-all-day':
      return [];
    case 'run-all-day':
      return [[find.startOfDate(date), find.startOfDate(date + 1)]];
    case 'custom':
      return rule.windows.map((window) => [
        find.earliest(date * dayInMinutes + minutesOf(window.start)),
        find.latest((date + datesLater(window)) * dayInMinutes + minutesOf(window.end)),
      ]);
    default:
      return rule satisfies never;
  }
}

/** `24:00` is 1440 minutes of the date on which the window starts. */
function datesLater({ start, end }: ScheduleWindow): number {
  return end !== '24:00' && end <= start ? 1 : 0;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

const namesByDay: Weekday[] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function ruleOn(schedule: Schedule, date: number): ScheduleDay {
  const midnight = new Date(date * dayInMinutes * minute);
  const text = midnight.toISOString().slice(0, 10);
  const exception = schedule.exceptions.find(({ from, to }) => from <= text && text <= to);
  return exception?.day ?? schedule.week[namesByDay[midnight.getUTCDay()] as Weekday];
}
