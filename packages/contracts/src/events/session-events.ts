import Type, { type Static } from 'typebox';
import {
  IntentKindSchema,
  OperatingSystemSchema,
  SessionStateSchema,
  StateReasonSchema,
} from '../session/session-state.ts';

const about = {
  sessionId: Type.String({ format: 'uuid' }),
  owner: Type.String(),
  generation: Type.Integer({
    minimum: 1,
    description: 'Number of the latest intent that this event knows of.',
  }),
  cause: Type.String({
    description:
      'Who or what set it off: `user:NAME`, `admin:NAME`, `reconciler` or `external` (at EC2 itself).',
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
});

/** Somebody wants the session started or terminated. */
export const SessionIntentData = Type.Object(about);

/** Somebody wants the session stopped. */
export const SessionStopRequestedData = Type.Object({ ...about, force: Type.Boolean() });

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
});
export type SessionStateData = Static<typeof SessionStateData>;

/** An accepted intent lost a race or was not legal any more when it was applied. */
export const SessionCommandRejectedData = Type.Object({
  ...about,
  kind: IntentKindSchema,
  state: SessionStateSchema,
  reason: StateReasonSchema,
});
