import type { Schedule, ScheduleDay } from '@deskfleet/contracts';
import fc from 'fast-check';

const timeOfDay = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** One or two windows in quarters of an hour, the last of which may end on the next day. */
const windows: fc.Arbitrary<ScheduleDay> = fc
  .uniqueArray(fc.integer({ min: 0, max: 95 }), { minLength: 2, maxLength: 4 })
  .map((quarters) => {
    const times = quarters
      .slice(0, quarters.length - (quarters.length % 2))
      .sort((a, b) => a - b)
      .map((quarter) => timeOfDay(quarter * 15));
    const [a = '', b = '', c, d] = times;
    return c === undefined || d === undefined
      ? { type: 'custom', windows: [{ start: a, end: b }] }
      : {
          type: 'custom',
          windows: [
            { start: b, end: c },
            { start: d, end: a },
          ],
        };
  });

const days: fc.Arbitrary<ScheduleDay> = fc.oneof(
  { weight: 3, arbitrary: windows },
  { weight: 1, arbitrary: fc.constant<ScheduleDay>({ type: 'run-all-day' }) },
  { weight: 1, arbitrary: fc.constant<ScheduleDay>({ type: 'stop-all-day' }) },
);

/** Schedules of all kinds; what is odd about zones is contracts' business. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  timezone: fc.constantFrom(
    'Europe/Paris',
    'America/Los_Angeles',
    'Asia/Tokyo',
    'Australia/Lord_Howe',
    'UTC',
  ),
  week: fc.record({
    monday: days,
    tuesday: days,
    wednesday: days,
    thursday: days,
    friday: days,
    saturday: days,
    sunday: days,
  }),
  exceptions: fc.constantFrom(
    [],
    [{ from: '2026-10-24', to: '2026-10-25', day: { type: 'stop-all-day' as const } }],
  ),
});
