import Type, { type Static } from 'typebox';
import { ScheduleSchema, scheduleFields } from '../schedule/schedule.ts';
import { SessionNameSchema } from '../session/session-name.ts';

const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });
const InstantOrNull = Type.Union([Instant, Type.Null()]);
/** What clients send: any offset will do. */
const GivenInstant = Type.String({
  format: 'date-time',
  maxLength: 64,
  description: 'RFC 3339.',
  examples: ['2026-12-24T18:00:00Z'],
});
const GivenInstantOrNull = Type.Unsafe<string | null>({ ...GivenInstant, type: ['string', 'null'] });

export const TransitionSchema = Type.Object({ at: Instant, type: Type.Enum(['open', 'close']) });

const NextTransition = Type.Union([TransitionSchema, Type.Null()], {
  description: 'When it next enters or leaves its hours; null: never.',
});
const Summary = Type.String({ examples: ['Mon–Fri 08:00–19:00, Europe/Paris; starts Mon 08:00'] });
const ScheduledNow = Type.Boolean({ description: 'It is within its hours: it runs, and is not stopped.' });

/** What a list of desktops tells of the schedule of each. */
export const SessionScheduleSummary = Type.Object({
  summary: Summary,
  timezone: Type.String(),
  scheduledNow: ScheduledNow,
  nextTransition: NextTransition,
});

/** The schedule of a desktop, and what follows from it now. */
export const SessionScheduleSchema = Type.Object({
  ...scheduleFields,
  summary: Summary,
  scheduledNow: ScheduledNow,
  nextTransition: NextTransition,
});
export type SessionSchedule = Static<typeof SessionScheduleSchema>;

const readOnly = Type.Optional(
  Type.Unknown({ description: 'What GET says here may be sent, and is ignored.' }),
);

/** A schedule as a GET answered it, changed. */
export const PutScheduleBody = Type.Object(
  { ...scheduleFields, summary: readOnly, scheduledNow: readOnly, nextTransition: readOnly },
  { additionalProperties: false },
);
export type PutScheduleBody = Static<typeof PutScheduleBody>;

export const DefaultScheduleSchema = Type.Object({
  ...scheduleFields,
  mayChange: Type.Boolean({
    description:
      'The caller may give their desktops other schedules, unless the profile of the software stack forbids it.',
  }),
});
export type DefaultScheduleAnswer = Static<typeof DefaultScheduleSchema>;

export const PreviewScheduleBody = Type.Object(
  { schedule: ScheduleSchema, from: GivenInstant, to: GivenInstant },
  { additionalProperties: false },
);
export type PreviewScheduleBody = Static<typeof PreviewScheduleBody>;

export const SchedulePreviewSchema = Type.Object({
  transitions: Type.Array(TransitionSchema, { description: 'With from ≤ at < to, in order.' }),
  scheduledNow: ScheduledNow,
});
export type SchedulePreview = Static<typeof SchedulePreviewSchema>;

export const PutOverridesBody = Type.Object(
  {
    keepRunningUntil: Type.Optional({
      ...GivenInstantOrNull,
      description: 'Nothing stops the desktop by itself before it; null removes it.',
    }),
    pauseUntil: Type.Optional({
      ...GivenInstantOrNull,
      description: 'The schedule does not start the desktop before it; null removes it.',
    }),
  },
  { additionalProperties: false },
);
export type PutOverridesBody = Static<typeof PutOverridesBody>;

/** What overrules the schedule of a desktop for a while; what has passed is null. */
export const SessionOverridesSchema = Type.Object({
  keepRunningUntil: InstantOrNull,
  pauseUntil: InstantOrNull,
});

/** A week is more than any job that one waits for beside the desktop. */
export const mostKeepAliveMinutes = 7 * 24 * 60;

export const KeepAliveBody = Type.Object(
  {
    minutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: mostKeepAliveMinutes,
        default: 60,
        description: 'From now on; a longer one that is set already stays.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type KeepAliveBody = Static<typeof KeepAliveBody>;

export const UpdateSessionBody = Type.Object(
  {
    name: Type.Optional(SessionNameSchema),
    stopAtClose: Type.Optional(
      Type.Unsafe<boolean | null>({
        type: ['boolean', 'null'],
        description:
          'Stop it at the close of its hours, after a warning, also when it is in use; null: as its profile says.',
      }),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UpdateSessionBody = Static<typeof UpdateSessionBody>;
