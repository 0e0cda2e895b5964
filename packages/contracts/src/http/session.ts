import Type, { type Static } from 'typebox';
import { capabilities } from '../session/command-rules.ts';
import { SessionNameSchema } from '../session/session-name.ts';
import {
  IntentKindSchema,
  OperatingSystemSchema,
  SessionStateSchema,
  SessionTypeSchema,
  StateReasonSchema,
} from '../session/session-state.ts';

const Uuid = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });

/** EC2's own upper bound for a gp3 volume is 64 TiB; a desktop's root volume is bounded by its profile long before. */
const RootVolumeGiB = Type.Integer({ minimum: 1, maximum: 16_384 });

export const CreateSessionBody = Type.Object(
  {
    name: SessionNameSchema,
    softwareStackId: Uuid,
    instanceType: Type.String({
      pattern: '^[a-z0-9-]+\\.[a-z0-9-]+$',
      maxLength: 64,
      examples: ['m7i.large'],
    }),
    rootVolumeGiB: Type.Optional(RootVolumeGiB),
    sessionType: Type.Optional(SessionTypeSchema),
  },
  { additionalProperties: false },
);
export type CreateSessionBody = Static<typeof CreateSessionBody>;

export const StopSessionBody = Type.Object(
  {
    force: Type.Optional(
      Type.Boolean({
        description: 'Cut the power instead of shutting the system down. Unsaved work is lost.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type StopSessionBody = Static<typeof StopSessionBody>;

export const EmptyBody = Type.Object({}, { additionalProperties: false });

/** A desktop as the API shows it: what was asked for, what is, and what the caller may do now. */
export const SessionSchema = Type.Object({
  id: Uuid,
  name: Type.String(),
  owner: Type.String(),
  os: OperatingSystemSchema,
  softwareStack: Type.Object({ id: Uuid, name: Type.String() }),
  state: SessionStateSchema,
  stateReason: Type.Union([StateReasonSchema, Type.Null()]),
  stateSince: Instant,
  pendingIntent: Type.Union([Type.Object({ kind: IntentKindSchema, since: Instant }), Type.Null()], {
    description: 'What was asked last and has not been acted on yet.',
  }),
  instanceType: Type.String(),
  rootVolumeGiB: Type.Integer(),
  sessionType: SessionTypeSchema,
  instanceId: Type.Union([Type.String(), Type.Null()]),
  createdAt: Instant,
  endedAt: Type.Union([Instant, Type.Null()]),
  capabilities: Type.Array(Type.Enum([...capabilities])),
});
export type Session = Static<typeof SessionSchema>;

export const SessionList = Type.Object({
  items: Type.Array(SessionSchema),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});
export type SessionList = Static<typeof SessionList>;

export const SessionConnection = Type.Object({
  browserUrl: Type.String({ description: 'Opens the desktop in a browser.' }),
  nativeUrl: Type.String({ description: 'Opens the desktop in the Amazon DCV client.' }),
  token: Type.String(),
  expiresAt: Instant,
});
export type SessionConnection = Static<typeof SessionConnection>;
