import Type from 'typebox';
import { aboutSession } from './about-session.ts';

const Instant = Type.String({ format: 'date-time' });

const observed = {
  observedAt: Type.String({
    format: 'date-time',
    description: 'When the desktop was looked at: what came later overrules it.',
  }),
  sentence: Type.String({
    description: 'What was found, for the owner.',
    examples: ['Stops Thu 21:40 if unused: idle since Thu 20:40.'],
  }),
};

/** What a sweep has measured; null: not asked, not known, or it does not count. */
const IdleMeasurements = Type.Object({
  cpuPercent: Type.Union([Type.Number(), Type.Null()], {
    description: 'Average over the last minutes (DCV_IDLE_CPU_WINDOW_MINUTES).',
  }),
  gpuPercent: Type.Union([Type.Number(), Type.Null()], { description: 'The busiest GPU.' }),
  connections: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
});

/** The session will be stopped, as nobody uses it, unless it is used or kept alive. */
export const IdleWarningData = Type.Object({
  ...aboutSession,
  ...observed,
  idleSince: Instant,
  stopsAt: Type.String({ format: 'date-time', description: 'When it is stopped at the earliest.' }),
  measurements: IdleMeasurements,
});

/** Nobody has used the session for its idle time, and its owner was warned: it is to be stopped. */
export const IdleDetectedData = Type.Object({
  ...aboutSession,
  ...observed,
  idleSince: Instant,
  measurements: IdleMeasurements,
});

/** A warned session is used after all, kept alive, or not to be judged: it is not stopped. */
export const ActivityObservedData = Type.Object({
  ...aboutSession,
  ...observed,
  reason: Type.String({ description: 'A stable code.', examples: ['connected'] }),
});
