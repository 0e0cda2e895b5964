import { type CompiledSchedule, compileSchedule, type Stretch, stretchesOf } from './compile-schedule.ts';
import type { Schedule } from './schedule.ts';
import { firstInstantAt, localTimeOf } from './zone-jumps.ts';

const day = 86_400_000;

/** An instant at which the scheduled set begins or ends. */
export interface Transition {
  at: Date;
  type: 'open' | 'close';
}

/** Whether the instant is in the scheduled set: the union of all windows and of the days that run. */
export function scheduledAt(schedule: Schedule, instant: Date): boolean {
  const at = instant.getTime();
  for (const { open, close } of stretchesFrom(schedule, at)) {
    if (open > at) return false;
    if (close > at) return true;
  }
  return false;
}

/** The first edge after an instant; null where there is none any more (always on, always off). */
export function nextTransition(schedule: Schedule, after: Date): Transition | null {
  const at = after.getTime();
  for (const stretch of stretchesFrom(schedule, at)) {
    for (const edge of edgesOf(stretch)) if (edge.at.getTime() > at) return edge;
  }
  return null;
}

/** All edges with from ≤ at < to, in order. */
export function transitions(schedule: Schedule, from: Date, to: Date): Transition[] {
  const found: Transition[] = [];
  for (const stretch of stretchesFrom(schedule, from.getTime())) {
    if (stretch.open >= to.getTime()) break;
    found.push(...edgesOf(stretch).filter(({ at }) => at >= from && at < to));
    if (stretch.close >= to.getTime()) break;
  }
  return found;
}

/** Looking back in steps, as nearly every schedule has an edge within a week. */
const lookBackDays = [8, 40, 400, 4_000];

/** The last edge at or before an instant; null where there is none within ten years. */
export function lastTransition(schedule: Schedule, until: Date): Transition | null {
  const at = until.getTime();
  for (const days of lookBackDays) {
    const edge = transitions(schedule, new Date(at - days * day), new Date(at + 1)).at(-1);
    if (edge) return edge;
  }
  return null;
}

function edgesOf({ open, close }: Stretch): Transition[] {
  const edges: Transition[] = [{ at: new Date(open), type: 'open' }];
  if (close !== Number.POSITIVE_INFINITY) edges.push({ at: new Date(close), type: 'close' });
  return edges;
}

/** A window starts at most two dates before an instant that it covers, whatever the clocks do. */
const overlapDays = 2;

/** The stretches of the scheduled set that end after an instant; the first may begin earlier than it says. */
function stretchesFrom(schedule: Schedule, instant: number): Generator<Stretch> {
  const compiled = compileSchedule(schedule);
  return mergedStretches(compiled, Math.floor(localTimeOf(compiled.zone, instant) / day) - overlapDays);
}

/** What happens at all happens within two weeks of unchanged rules; the rest is for a window that a jump swallows. */
const quietDays = 16;

function* mergedStretches(schedule: CompiledSchedule, firstDate: number): Generator<Stretch> {
  let current: Stretch | null = null;
  let quietSince = firstDate;
  for (let date = firstDate; ; date++) {
    if (schedule.changes.includes(date)) quietSince = date;
    if (date - quietSince > quietDays) {
      const change = schedule.changes.find((changed) => changed > date);
      const resumed: number | null = change === undefined ? null : Math.max(date, change - overlapDays);
      if (current) {
        const goesOn = current.close >= firstInstantAt(schedule.zone, date * day);
        if (goesOn && resumed === null) current.close = Number.POSITIVE_INFINITY;
        else if (goesOn && resumed !== null) current.close = firstInstantAt(schedule.zone, resumed * day);
        if (!goesOn || resumed === null) {
          yield current;
          current = null;
        }
      }
      if (resumed === null) return;
      date = resumed;
      quietSince = resumed;
    }
    for (const stretch of stretchesOf(schedule, date)) {
      if (current && stretch.open <= current.close) {
        current.close = Math.max(current.close, stretch.close);
      } else {
        if (current) yield current;
        current = stretch;
        quietSince = date;
      }
    }
  }
}
