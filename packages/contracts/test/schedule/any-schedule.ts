import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { type Schedule, type ScheduleDay, type ScheduleWindow, weekOf } from '../../src/index.ts';

/** A different sample on every run; `SCHEDULE_SEED` repeats one. */
export const seed = Number(process.env.SCHEDULE_SEED ?? randomInt(2 ** 31));

/** Times near which the clocks of the world are set, and any others. */
const anyStart = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('00:00', '00:01', '00:30', '01:00', '01:30', '02:00', '02:15') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('02:30', '02:59', '03:00', '03:30', '12:00', '23:00', '23:30', '23:59'),
  },
  { weight: 3, arbitrary: fc.nat({ max: 1_439 }).map(timeOf) },
);
const anyEnd = fc.oneof({ weight: 1, arbitrary: fc.constant('24:00') }, { weight: 8, arbitrary: anyStart });

/** Windows may overlap, although a schedule with such windows is refused: their union is well defined. */
const anyWindow: fc.Arbitrary<ScheduleWindow> = fc
  .record({ start: anyStart, end: anyEnd })
  .filter(({ start, end }) => start !== end);

const anyDay: fc.Arbitrary<ScheduleDay> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<ScheduleDay>({ type: 'run-all-day' }) },
  { weight: 1, arbitrary: fc.constant<ScheduleDay>({ type: 'stop-all-day' }) },
  {
    weight: 3,
    arbitrary: fc
      .array(anyWindow, { minLength: 1, maxLength: 4 })
      .map((windows): ScheduleDay => ({ type: 'custom', windows })),
  },
);

/** Most weeks have days of all kinds; some are the same every day, as those that never open or never close are. */
const anyWeek: fc.Arbitrary<Schedule['week']> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      monday: anyDay,
      tuesday: anyDay,
      wednesday: anyDay,
      thursday: anyDay,
      friday: anyDay,
      saturday: anyDay,
      sunday: anyDay,
    }),
  },
  {
    weight: 1,
    arbitrary: anyDay.map((day) => weekOf(day)),
  },
);

/**
 * Schedules with exceptions around an instant.
 * @param spread how many days from the instant an exception begins at most.
 */
export function anySchedule(timezone: string, instant: number, spread: number): fc.Arbitrary<Schedule> {
  const anyException = fc.record({
    begin: fc.integer({ min: -spread, max: spread }),
    days: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: spread })),
    isForGood: fc.nat({ max: 9 }).map((die) => die === 0),
    day: anyDay,
  });
  return fc.record({ week: anyWeek, exceptions: fc.array(anyException, { maxLength: 3 }) }).map((parts) => ({
    timezone,
    week: parts.week,
    exceptions: parts.exceptions.map(({ begin, days, isForGood, day }) => ({
      from: dateNear(instant, begin),
      to: isForGood ? '9999-12-31' : dateNear(instant, begin + days),
      day,
    })),
  }));
}

function timeOf(minutes: number): string {
  const two = (count: number) => String(count).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function dateNear(instant: number, days: number): string {
  return new Date(instant + days * 86_400_000).toISOString().slice(0, 10);
}
