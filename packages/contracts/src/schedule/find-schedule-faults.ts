import { windowFaults } from './find-window-faults.ts';
import { type Schedule, type ScheduleDay, type ScheduleException, weekdays } from './schedule.ts';
import type { ScheduleFault } from './schedule-fault.ts';
import { isTimeZone, nearestTimeZones } from './time-zones.ts';

/** A year of single days, and one. */
const mostExceptions = 366;
/** Nobody mends more at once, and a schedule of nothing but faults must not cost much. */
const mostFaults = 100;

/** Everything that is wrong with a schedule beyond its form; empty when it can be used. */
export function findScheduleFaults(schedule: Schedule): ScheduleFault[] {
  const faults: ScheduleFault[] = [];
  for (const fault of faultsOf(schedule)) {
    faults.push(fault);
    if (faults.length === mostFaults) break;
  }
  return faults;
}

/** Why a text is no time zone, and which may have been meant; null when it is one. */
export function whyNoTimeZone(text: string): string | null {
  if (isTimeZone(text)) return null;
  const nearest = nearestTimeZones(text);
  const hint =
    nearest.length > 0
      ? `Did you mean ${nearest.join(' or ')}?`
      : 'Use a name of the IANA database, such as Europe/Paris.';
  return `There is no time zone '${text}'. ${hint}`;
}

function* faultsOf({ timezone, week, exceptions }: Schedule): Generator<ScheduleFault> {
  const why = whyNoTimeZone(timezone);
  if (why) yield { pointer: '/timezone', code: 'unknown-timezone', detail: why };
  for (const name of weekdays) yield* dayFaults(week[name], `/week/${name}`);
  if (exceptions.length > mostExceptions) {
    const detail = `There are ${exceptions.length} exceptions; at most ${mostExceptions} are possible. One may cover many days.`;
    yield { pointer: '/exceptions', code: 'too-many-exceptions', detail };
  }
  for (const [index, exception] of exceptions.slice(0, mostExceptions).entries()) {
    yield* exceptionFaults(exception, `/exceptions/${index}`);
  }
}

function* exceptionFaults({ from, to, day }: ScheduleException, pointer: string): Generator<ScheduleFault> {
  const dates = { from, to };
  for (const field of ['from', 'to'] as const) {
    if (isDate(dates[field])) continue;
    const detail = `'${dates[field]}' is no date. Write YYYY-MM-DD, such as 2026-12-24, from 1970 on.`;
    yield { pointer: `${pointer}/${field}`, code: 'invalid-date', detail };
  }
  if (isDate(from) && isDate(to) && to < from) {
    const detail = `The exception ends on ${to}, before it begins on ${from}. Write the earlier date as from.`;
    yield { pointer: `${pointer}/to`, code: 'exception-reversed', detail };
  }
  yield* dayFaults(day, `${pointer}/day`);
}

function dayFaults(day: ScheduleDay, pointer: string): ScheduleFault[] {
  return day.type === 'custom' ? windowFaults(day.windows, `${pointer}/windows`) : [];
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < '1970') return false;
  // What is no day of its month would be one of the next.
  const read = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}
