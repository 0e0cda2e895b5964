import Type from 'typebox';
import { StateReasonSchema } from '../session/session-state.ts';
import { aboutSession } from './about-session.ts';

const Instant = Type.String({ format: 'date-time' });

const cause = Type.String({
  description: 'Who set it off: `user:NAME` or `admin:NAME`.',
  examples: ['user:alice'],
});

/** The schedule of the session was replaced, or its overrides were set or removed. */
export const SessionScheduleChangedData = Type.Object({
  ...aboutSession,
  cause,
  changed: Type.Array(Type.Enum(['schedule', 'keep-running-until', 'pause-until']), { minItems: 1 }),
  keepRunningUntil: Type.Union([Instant, Type.Null()]),
  pauseUntil: Type.Union([Instant, Type.Null()]),
});

/** The name of the session was changed, or what happens when its window closes. */
export const SessionSettingsChangedData = Type.Object({
  ...aboutSession,
  cause,
  name: Type.String(),
  stopAtClose: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'Stop it when a window of its schedule closes; null: as its profile says.',
  }),
});

/** Somebody wants the session to be kept running for a while. */
export const KeepAliveRequestedData = Type.Object({
  ...aboutSession,
  cause,
  minutes: Type.Integer({ minimum: 1 }),
  keepRunningUntil: Instant,
});

/** A minute has begun: once for the whole deployment. */
export const ScheduleTickData = Type.Object({
  minute: Type.String({ format: 'date-time', description: 'The minute that has begun.' }),
});

const edge = {
  edgeAt: Type.String({
    format: 'date-time',
    description: 'The instant of the edge, by the schedule. With a start lead it may be in the future.',
  }),
  validUntil: Type.Union([Instant, Type.Null()], {
    description: 'The next edge: after it this event is void. Null: there is none.',
  }),
  observedAt: Type.String({
    format: 'date-time',
    description: 'When it was decided: what came later overrules it.',
  }),
};

/** A window of the session's schedule opens. */
export const ScheduleStartDueData = Type.Object({
  ...aboutSession,
  ...edge,
  keepOffFrom: Type.String({
    format: 'date-time',
    description: 'A session that somebody stopped at this instant or later stays off.',
  }),
});

/** A window of the session's schedule has closed. */
export const ScheduleStopDueData = Type.Object({
  ...aboutSession,
  ...edge,
  stopAtClose: Type.Boolean({
    description: 'The session is to be stopped now. Otherwise it may stop from now on, when it is idle.',
  }),
  evenIfConnected: Type.Boolean({
    description: 'The owner wants it stopped also while somebody is connected.',
  }),
});

/** The session will be stopped at the close of its window unless it is kept alive. */
export const StopWarningData = Type.Object({
  ...aboutSession,
  edgeAt: Type.String({ format: 'date-time', description: 'The close of the window.' }),
  stopsAt: Instant,
});

/** A stopped session will be terminated unless it is started. */
export const ExpiryAnnouncedData = Type.Object({
  ...aboutSession,
  stoppedSince: Instant,
  terminatesAt: Instant,
});

/** A session has been stopped for longer than the deployment keeps it. */
export const StoppedTooLongData = Type.Object({
  ...aboutSession,
  stoppedSince: Instant,
  observedAt: Instant,
  reason: StateReasonSchema,
});
