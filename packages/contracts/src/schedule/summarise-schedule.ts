import { type Schedule, type ScheduleDay, type ScheduleException, weekdays } from './schedule.ts';
import { nextTransition, scheduledAt, type Transition } from './scheduled-set.ts';
import { localTimeOf } from './zone-jumps.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Within it the day of the week says which day is meant. */
const daysWithoutDate = 6;
/** Monday first. */
const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A schedule in words: `Mon–Fri 08:00–19:00, Europe/Paris; starts Mon 08:00`.
 * @param next what `nextTransition` says, for callers who have asked already.
 */
export function summariseSchedule(
  schedule: Schedule,
  now: Date,
  next: Transition | null = nextTransition(schedule, now),
): string {
  const hours = describeHours(schedule, now, next);
  return next === null ? hours : `${hours}; ${describeEdge(schedule, now, next)}`;
}

/** When a schedule runs, without what happens next: the week, and what is different today. */
export function describeHours(
  schedule: Schedule,
  now: Date,
  next: Transition | null = nextTransition(schedule, now),
): string {
  if (next === null) return scheduledAt(schedule, now) ? 'Always on' : 'Never started by the clock';
  const week = `${describeWeek(schedule)}, ${schedule.timezone}`;
  const today = exceptionAt(schedule, now.getTime());
  return today ? `${week}; today ${describeDay(today.day)}${noteOf(today)}` : week;
}

/** An instant by the clocks of a zone: `Mon 08:00`, with its date when it is more than six days away. */
export function describeInstant(at: Date, zone: string, now: Date): string {
  const [local, today] = [at, now].map((instant) => localTimeOf(zone, instant.getTime())) as [number, number];
  const date = new Date(local);
  const weekday = dayNames[(date.getUTCDay() + 6) % 7];
  const time = date.toISOString().slice(11, 16);
  if (Math.abs(Math.floor(local / day) - Math.floor(today / day)) <= daysWithoutDate) {
    return `${weekday} ${time}`;
  }
  const year = date.getUTCFullYear() === new Date(today).getUTCFullYear() ? '' : ` ${date.getUTCFullYear()}`;
  return `${weekday} ${date.getUTCDate()} ${monthNames[date.getUTCMonth()]}${year} ${time}`;
}

function describeEdge(schedule: Schedule, now: Date, { at, type }: Transition): string {
  const when = describeInstant(at, schedule.timezone, now);
  const cause = exceptionBehind(schedule, at);
  const isTold = cause === exceptionAt(schedule, now.getTime());
  return `${type === 'open' ? 'starts' : 'until'} ${when}${cause && !isTold ? noteOf(cause) : ''}`;
}

/** An edge at midnight may be the end of an exception. */
function exceptionBehind(schedule: Schedule, edge: Date): ScheduleException | undefined {
  return exceptionAt(schedule, edge.getTime()) ?? exceptionAt(schedule, edge.getTime() - minute);
}

function exceptionAt({ timezone, exceptions }: Schedule, instant: number): ScheduleException | undefined {
  if (exceptions.length === 0) return undefined;
  const date = new Date(localTimeOf(timezone, instant)).toISOString().slice(0, 10);
  return exceptions.find(({ from, to }) => from <= date && date <= to);
}

function noteOf({ note }: ScheduleException): string {
  return note ? ` (${note})` : '';
}

/** `Mon–Fri 08:00–19:00, Sat all day`; days that follow each other and are equal are one. */
function describeWeek({ week }: Schedule): string {
  const groups: { first: string; last: string; hours: string }[] = [];
  for (const [index, name] of weekdays.entries()) {
    const [short, hours] = [dayNames[index] ?? name, describeDay(week[name])];
    const group = groups.at(-1);
    if (group?.hours === hours) group.last = short;
    else groups.push({ first: short, last: short, hours });
  }
  const [only] = groups;
  if (only && groups.length === 1) return `Every day ${only.hours}`;
  return groups
    .filter(({ hours }) => hours !== off)
    .map(({ first, last, hours }) => `${first === last ? first : `${first}–${last}`} ${hours}`)
    .join(', ');
}

const off = 'off';

function describeDay(scheduled: ScheduleDay): string {
  switch (scheduled.type) {
    case 'run-all-day':
      return 'all day';
    case 'stop-all-day':
      return off;
    case 'custom':
      return scheduled.windows
        .map(({ start, end }) => `${start}–${end}`)
        .sort()
        .join(' and ');
    default:
      return scheduled satisfies never;
  }
}
