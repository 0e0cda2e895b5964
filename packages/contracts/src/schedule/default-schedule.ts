import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { findScheduleFaults } from './find-schedule-faults.ts';
import {
  type Schedule,
  type ScheduleDay,
  scheduleFields,
  type Weekday,
  weekdays,
  weekOf,
} from './schedule.ts';

/** The schedule of new desktops. Without a time zone of its own it runs by that of each user. */
export interface DefaultSchedule extends Pick<Schedule, 'week' | 'exceptions'> {
  timezone: string | null;
}

const workingHours: ScheduleDay = { type: 'custom', windows: [{ start: '08:00', end: '19:00' }] };
const off: ScheduleDay = { type: 'stop-all-day' };

/** Monday to Friday, 08:00 to 19:00. */
export const workingWeek: DefaultSchedule = {
  timezone: null,
  week: weekOf(workingHours, off),
  exceptions: [],
};

export type DefaultScheduleReading =
  | { ok: true; schedule: DefaultSchedule }
  /** To be read after the name of the setting. */
  | { ok: false; problem: string };

/** Problems that are told; who has more begins with these. */
const mostProblems = 5;

/**
 * Reads a default schedule from JSON: either a schedule, whose time zone and exceptions may be left out, or the form of
 * Scale-Out Computing on AWS, minutes since midnight for each day.
 */
export function readDefaultSchedule(text: string): DefaultScheduleReading {
  const value = parseObject(text);
  if (!value) return { ok: false, problem: 'is not a JSON object' };
  const isSchedule = 'week' in value;
  const problems = isSchedule ? problemsOfForm(ScheduleSetting, value) : problemsOfMinutes(value);
  if (problems.length > 0) return refuse(problems);
  const schedule = isSchedule ? fromSchedule(value as ScheduleSetting) : fromMinutes(value as MinutesSetting);
  const faults = findScheduleFaults({ ...schedule, timezone: schedule.timezone ?? 'UTC' });
  return faults.length > 0
    ? refuse(faults.map(({ pointer, detail }) => `has at ${nameOf(pointer)} a fault: ${bare(detail)}`))
    : { ok: true, schedule };
}

const { timezone, week, exceptions } = scheduleFields;
const ScheduleSetting = Type.Object(
  { week, timezone: Type.Optional(timezone), exceptions: Type.Optional(exceptions) },
  { additionalProperties: false },
);
type ScheduleSetting = Static<typeof ScheduleSetting>;

const Minutes = Type.Integer({ minimum: 0, maximum: 1440 });
const DayInMinutes = Type.Object({ start: Minutes, stop: Minutes }, { additionalProperties: false });
type DayInMinutes = Static<typeof DayInMinutes>;
const MinutesSetting = Type.Object(
  {
    monday: DayInMinutes,
    tuesday: DayInMinutes,
    wednesday: DayInMinutes,
    thursday: DayInMinutes,
    friday: DayInMinutes,
    saturday: DayInMinutes,
    sunday: DayInMinutes,
  },
  { additionalProperties: false },
);
type MinutesSetting = Static<typeof MinutesSetting>;

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function problemsOfForm(schema: typeof ScheduleSetting | typeof MinutesSetting, value: object): string[] {
  const problems = Value.Errors(schema, value).map(({ instancePath, message }) =>
    instancePath === '' ? message : `has at ${nameOf(instancePath)} what ${message}`,
  );
  return [...new Set(problems)];
}

function problemsOfMinutes(value: object): string[] {
  const problems = problemsOfForm(MinutesSetting, value);
  if (problems.length > 0) return problems;
  return weekdays.flatMap((name) => {
    const { start, stop } = (value as MinutesSetting)[name];
    if (start === stop ? start === 0 || start === 1440 : start < 1440) return [];
    return [
      `has at ${name} no hours: ${start} to ${stop} (0 to 0 is off all day, 1440 to 1440 runs all day)`,
    ];
  });
}

function fromSchedule({ timezone = undefined, week, exceptions = [] }: ScheduleSetting): DefaultSchedule {
  return { timezone: timezone ?? null, week, exceptions };
}

function fromMinutes(setting: MinutesSetting): DefaultSchedule {
  const days = weekdays.map((name) => [name, dayOfMinutes(setting[name])]);
  return {
    timezone: null,
    week: Object.fromEntries(days) as Record<Weekday, ScheduleDay>,
    exceptions: [],
  };
}

/** 0 to 0 is off all day, 1440 to 1440 runs all day; a stop that is not after the start is on the next day. */
function dayOfMinutes({ start, stop }: DayInMinutes): ScheduleDay {
  if (start === 0 && stop === 0) return off;
  if (start === stop || (start === 0 && stop === 1440)) return { type: 'run-all-day' };
  return { type: 'custom', windows: [{ start: timeOf(start), end: timeOf(stop) }] };
}

function timeOf(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

function refuse(problems: string[]): DefaultScheduleReading {
  return { ok: false, problem: problems.slice(0, mostProblems).join(' and ') };
}

/** `/week/monday/windows/0` → `week.monday.windows.0`. */
function nameOf(pointer: string): string {
  return pointer.slice(1).replaceAll('/', '.');
}

/** The operator's message goes on after it. */
function bare(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
