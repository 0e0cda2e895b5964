import Type, { type Static } from 'typebox';
import { SessionStateSchema, StateReasonSchema } from '../session/session-state.ts';

const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });
const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** One step in the life of a session. */
export const SessionTransitionSchema = Type.Object({
  kind: Type.Literal('transition'),
  from: orNull(SessionStateSchema),
  to: SessionStateSchema,
  cause: Type.String({ examples: ['user:alice'] }),
  reason: orNull(StateReasonSchema),
  at: Instant,
  eventId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
    description: 'The event that told of it; none for the first, which SessionRequested tells.',
  }),
});
export type SessionTransition = Static<typeof SessionTransitionSchema>;

const connectionFields = {
  outcome: Type.Enum(['authorized', 'denied']),
  user: orNull(Type.String({ description: 'Who connected, or tried to.' })),
  clientAddress: Type.Union([Type.String(), Type.Null()], {
    description: 'From where, as the DCV server saw it; null where it did not say.',
  }),
  hostAddress: Type.String({ description: 'The host that asked whether to let them in.' }),
  reason: Type.Union([StateReasonSchema, Type.Null()], { description: 'Why it was denied.' }),
  at: Instant,
};

/** Somebody connected to a session, or was denied. */
export const SessionConnectionAttemptSchema = Type.Object({
  kind: Type.Literal('connection'),
  ...connectionFields,
});
export type SessionConnectionAttempt = Static<typeof SessionConnectionAttemptSchema>;

export const historyKinds = ['transition', 'connection'] as const;
export type HistoryKind = (typeof historyKinds)[number];

/** What happened to one session, newest first. */
export const SessionHistory = Type.Object({
  items: Type.Array(Type.Union([SessionTransitionSchema, SessionConnectionAttemptSchema])),
  nextCursor: orNull(Type.String()),
});
export type SessionHistory = Static<typeof SessionHistory>;

/** The same of any session, for administrators. */
export const ConnectionAttemptSchema = Type.Object({
  session: Type.Union(
    [
      Type.Object({ id: Type.String({ format: 'uuid' }), name: Type.String(), owner: Type.String() }),
      Type.Null(),
    ],
    { description: 'Null where what was tried named no session: a forged token does not.' },
  ),
  ...connectionFields,
});
export type ConnectionAttempt = Static<typeof ConnectionAttemptSchema>;

/** Connections to all sessions, newest first. */
export const ConnectionLog = Type.Object({
  items: Type.Array(ConnectionAttemptSchema),
  nextCursor: orNull(Type.String()),
});
export type ConnectionLog = Static<typeof ConnectionLog>;
