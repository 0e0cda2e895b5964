import {
  type Schedule,
  type ScheduleDay,
  type Transition,
  transitions,
  type Weekday,
  weekdays,
} from '../../src/index.ts';

/** Short ways to write schedules down, and what they do, in tests. */
export const run: ScheduleDay = { type: 'run-all-day' };
export const stop: ScheduleDay = { type: 'stop-all-day' };

/** `custom('08:00-12:00', '13:00-17:00')` */
export function custom(...windows: string[]): ScheduleDay {
  return {
    type: 'custom',
    windows: windows.map((window) => {
      const [start = '', end = ''] = window.split('-');
      return { start, end };
    }),
  };
}

type Exception = Schedule['exceptions'][number];

/** The same rule on every day, but for the days named. */
export function scheduleOf(
  timezone: string,
  everyDay: ScheduleDay,
  days: Partial<Record<Weekday, ScheduleDay>> = {},
  exceptions: Exception[] = [],
): Schedule {
  const week = Object.fromEntries(weekdays.map((name) => [name, days[name] ?? everyDay])) as Schedule['week'];
  return { timezone, week, exceptions };
}

/** `open 2026-03-29T01:00Z`, each edge between two instants. */
export function edges(schedule: Schedule, from: string, to: string): string[] {
  return transitions(schedule, new Date(from), new Date(to)).map(written);
}

export function written({ at, type }: Transition): string {
  return `${type} ${at.toISOString().replace(/:00\.000Z$/, 'Z')}`;
}
