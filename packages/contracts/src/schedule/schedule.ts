import Type, { type Static } from 'typebox';

/**
 * The form of a schedule. What a schedule must fulfil besides (real times and dates, windows that do not overlap, a zone
 * that exists) is `findScheduleFaults`: there each fault has a code and a sentence of its own.
 */

const LocalTime = Type.String({
  maxLength: 8,
  description: 'Time of day as `HH:MM`, in the time zone of the schedule; `24:00` only as an end.',
  examples: ['08:00'],
});

const LocalDate = Type.String({
  maxLength: 16,
  description: 'Date as `YYYY-MM-DD`, in the time zone of the schedule.',
  examples: ['2026-12-24'],
});

const Window = Type.Object(
  { start: LocalTime, end: LocalTime },
  {
    additionalProperties: false,
    description:
      'Belongs to the day on which it starts. An `end` that is not after `start` is on the next day.',
  },
);

const DaySchema = Type.Union(
  [
    Type.Object({ type: Type.Literal('run-all-day') }, { additionalProperties: false }),
    Type.Object({ type: Type.Literal('stop-all-day') }, { additionalProperties: false }),
    Type.Object(
      {
        type: Type.Literal('custom'),
        windows: Type.Array(Window, { maxItems: 1_000, description: 'One to four.' }),
      },
      { additionalProperties: false },
    ),
  ],
  {
    description:
      'One of `{"type": "run-all-day"}`, `{"type": "stop-all-day"}` and `{"type": "custom", "windows": [{"start": "08:00", "end": "19:00"}]}`.',
  },
);

const ScheduleException = Type.Object(
  {
    from: LocalDate,
    to: { ...LocalDate, description: 'The last day, inclusive, as `YYYY-MM-DD`.' },
    day: DaySchema,
    note: Type.Optional(
      Type.String({
        maxLength: 200,
        pattern: '^[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]*$',
        description: 'Shown where the exception matters; one line, no control characters.',
        examples: ['Christmas'],
      }),
    ),
  },
  { additionalProperties: false },
);

/** Days of the week, as ISO 8601 counts them. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof weekdays)[number];

const Week = Type.Object(
  {
    monday: DaySchema,
    tuesday: DaySchema,
    wednesday: DaySchema,
    thursday: DaySchema,
    friday: DaySchema,
    saturday: DaySchema,
    sunday: DaySchema,
  },
  { additionalProperties: false },
);

/** Fields of a schedule, for shapes that have more besides. */
export const scheduleFields = {
  timezone: Type.String({ maxLength: 64, description: 'IANA time zone.', examples: ['Europe/Paris'] }),
  week: Week,
  exceptions: Type.Array(ScheduleException, {
    maxItems: 5_000,
    description: 'Holidays and the like; the first that covers a day counts. At most 366.',
  }),
};

/** When a desktop runs, by its user's own clock. */
export const ScheduleSchema = Type.Object(scheduleFields, { additionalProperties: false });
export type Schedule = Static<typeof ScheduleSchema>;
export type ScheduleDay = Static<typeof DaySchema>;
export type ScheduleWindow = Static<typeof Window>;
export type ScheduleException = Static<typeof ScheduleException>;

/** A week of the same day from Monday to Friday, and of another, or the same, on Saturday and Sunday. */
export function weekOf(workday: ScheduleDay, weekend: ScheduleDay = workday): Schedule['week'] {
  return {
    monday: workday,
    tuesday: workday,
    wednesday: workday,
    thursday: workday,
    friday: workday,
    saturday: weekend,
    sunday: weekend,
  };
}
