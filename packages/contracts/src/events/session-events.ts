import Type, { type Static } from 'typebox';
import {
  IntentKindSchema,
  OperatingSystemSchema,
  SessionStateSchema,
  StateReasonSchema,
  StopModeSchema,
} from '../session/session-state.ts';
import { aboutSession } from './about-session.ts';

const about = {
  ...aboutSession,
  cause: Type.String({
    description:
      'Who or what set it off: `user:NAME`, `admin:NAME`, `schedule`, `idle` (nobody used it), `expiry` (stopped for too ' +
      'long), `reconciler` or `external` (at EC2 itself).',
    examples: ['user:alice'],
  }),
};

/** A desktop was asked for and admitted. */
export const SessionRequestedData = Type.Object({
  ...about,
  name: Type.String(),
  os: OperatingSystemSchema,
  softwareStackId: Type.String({ format: 'uuid' }),
  instanceType: Type.String(),
  hibernation: Type.Optional(Type.Boolean({ description: 'It is to be launched so that it can hibernate.' })),
  projectId: Type.Optional(
    Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
      description: 'The project that it is counted for.',
    }),
  ),
});

/** Somebody wants the session started, rebooted or terminated. */
export const SessionIntentData = Type.Object(about);

/** Somebody wants the session stopped. */
export const SessionStopRequestedData = Type.Object({
  ...about,
  force: Type.Boolean(),
  mode: Type.Optional(StopModeSchema),
});

/** Somebody wants the stopped session to have another instance type. */
export const SessionResizeRequestedData = Type.Object({ ...about, instanceType: Type.String() });

/** The session reached a state. */
export const SessionStateData = Type.Object({
  ...about,
  name: Type.String(),
  os: OperatingSystemSchema,
  state: SessionStateSchema,
  from: Type.Union([SessionStateSchema, Type.Null()]),
  reason: Type.Union([StateReasonSchema, Type.Null()]),
  instanceId: Type.Union([Type.String(), Type.Null()]),
  instanceType: Type.String(),
  hibernated: Type.Optional(
    Type.Boolean({ description: 'In SessionStopped: memory was kept on the root volume.' }),
  ),
});
export type SessionStateData = Static<typeof SessionStateData>;

/** The stopped session has another instance type now. */
export const SessionResizedData = Type.Object({
  ...about,
  name: Type.String(),
  os: OperatingSystemSchema,
  instanceId: Type.String(),
  instanceType: Type.String(),
  previousInstanceType: Type.String(),
});

/** The session has been hibernated for so long that EC2 will soon not promise to resume it any more. */
export const SessionHibernationExpiringData = Type.Object({
  ...about,
  name: Type.String(),
  hibernatedSince: Type.String({ format: 'date-time' }),
  resumableUntil: Type.String({ format: 'date-time' }),
});

/** An accepted intent lost a race or was not legal any more when it was applied. */
export const SessionCommandRejectedData = Type.Object({
  ...about,
  kind: IntentKindSchema,
  state: SessionStateSchema,
  reason: StateReasonSchema,
});

/** What the schedule or a rule wanted of the session could not be done: it stays as it is. Nobody had asked for it. */
export const SessionAutomaticChangeFailedData = Type.Object({
  ...about,
  change: Type.Enum(['start', 'stop']),
  state: SessionStateSchema,
  reason: StateReasonSchema,
});
