import Type, { type Static } from 'typebox';
import { SessionStateSchema, StateReasonSchema } from '../session/session-state.ts';

/** One step in the life of a session. */
export const SessionTransitionSchema = Type.Object({
  from: Type.Union([SessionStateSchema, Type.Null()]),
  to: SessionStateSchema,
  cause: Type.String({ examples: ['user:alice'] }),
  reason: Type.Union([StateReasonSchema, Type.Null()]),
  at: Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' }),
  eventId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
    description: 'The event that told of it; none for the first, which SessionRequested tells.',
  }),
});
export type SessionTransition = Static<typeof SessionTransitionSchema>;

/** The steps of one session, newest first. */
export const SessionHistory = Type.Object({
  items: Type.Array(SessionTransitionSchema),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});
export type SessionHistory = Static<typeof SessionHistory>;
