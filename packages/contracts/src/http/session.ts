import Type, { type Static } from 'typebox';
import { ScheduleSchema } from '../schedule/schedule.ts';
import { capabilities } from '../session/command-rules.ts';
import { SessionNameSchema } from '../session/session-name.ts';
import {
  IntentKindSchema,
  OperatingSystemSchema,
  SessionStateSchema,
  SessionTypeSchema,
  StateReasonSchema,
  StopModeSchema,
} from '../session/session-state.ts';
import { SessionOverridesSchema, SessionScheduleSummary } from './schedule.ts';
import { SessionCostSchema, SessionUsageSchema } from './session-cost.ts';
import { SessionIdleSchema } from './session-idle.ts';

const Uuid = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });

/** EC2's own upper bound for a gp3 volume is 64 TiB; a desktop's root volume is bounded by its profile long before. */
const RootVolumeGiB = Type.Integer({ minimum: 1, maximum: 16_384 });

const InstanceTypeName = Type.String({
  pattern: '^[a-z0-9-]+\\.[a-z0-9-]+$',
  maxLength: 64,
  examples: ['m7i.large'],
});

const SubnetId = Type.String({
  pattern: '^subnet-[0-9a-z]{1,32}$',
  examples: ['subnet-0f1e2d3c4b5a69788'],
});

export const CreateSessionBody = Type.Object(
  {
    name: SessionNameSchema,
    softwareStackId: Uuid,
    instanceType: InstanceTypeName,
    rootVolumeGiB: Type.Optional(RootVolumeGiB),
    hibernation: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Launch it so that it can hibernate. It can be changed neither later nor by a resize.',
      }),
    ),
    subnetId: Type.Optional({
      ...SubnetId,
      description: 'Where the desktop is to be; without it, wherever there is room.',
    }),
    sessionType: Type.Optional(SessionTypeSchema),
    projectId: Type.Optional({
      ...Uuid,
      description: 'The project that the desktop is counted for; the caller must be a member of it.',
    }),
    schedule: Type.Optional({
      ...ScheduleSchema,
      description: 'When the desktop runs; without it, as GET /v1/schedules/default says.',
    }),
  },
  { additionalProperties: false },
);
export type CreateSessionBody = Static<typeof CreateSessionBody>;

export const StopSessionBody = Type.Object(
  {
    mode: Type.Optional({
      ...StopModeSchema,
      default: 'stop',
      description:
        '`hibernate` keeps what is in memory; only a desktop that was launched with hibernation can.',
    }),
    force: Type.Optional(
      Type.Boolean({
        description:
          'Cut the power instead of shutting the system down. Unsaved work is lost. Not with `hibernate`.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type StopSessionBody = Static<typeof StopSessionBody>;

export const ResizeSessionBody = Type.Object(
  { instanceType: InstanceTypeName },
  { additionalProperties: false },
);
export type ResizeSessionBody = Static<typeof ResizeSessionBody>;

export const EmptyBody = Type.Object({}, { additionalProperties: false });

/** A desktop as the API shows it: what was asked for, what is, and what the caller may do now. */
export const SessionSchema = Type.Object({
  id: Uuid,
  name: Type.String(),
  owner: Type.String(),
  project: Type.Union([Type.Object({ id: Uuid, name: Type.String() }), Type.Null()]),
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
  hibernation: Type.Boolean({ description: 'It was launched so that it can hibernate.' }),
  subnetId: Type.Union([Type.String(), Type.Null()], {
    description: 'Where the desktop is, or before its launch where it is wanted; null leaves it open.',
  }),
  sessionType: SessionTypeSchema,
  instanceId: Type.Union([Type.String(), Type.Null()]),
  createdAt: Instant,
  endedAt: Type.Union([Instant, Type.Null()]),
  schedule: SessionScheduleSummary,
  overrides: SessionOverridesSchema,
  stopAtClose: Type.Boolean({
    description: 'It is stopped when its hours close, after a warning, also when it is in use.',
  }),
  idle: SessionIdleSchema,
  expiresAt: Type.Union([Instant, Type.Null()], {
    description: 'When it will be terminated because it is not used, unless it is started.',
  }),
  usage: SessionUsageSchema,
  cost: Type.Union([SessionCostSchema, Type.Null()], {
    description: 'Null where the deployment knows no price of its instance type.',
  }),
  access: Type.Enum(['owner', 'administrator', 'guest'], {
    description: 'By what right the caller sees it.',
  }),
  share: Type.Union(
    [Type.Object({ id: Uuid, permissions: Type.String(), expiresAt: Instant }), Type.Null()],
    { description: 'The share by which a guest may connect; null for everybody else.' },
  ),
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
