import Type, { type Static } from 'typebox';

/** What may tell that a desktop is used although nobody is connected to it. */
export const idleSignals = ['cpu', 'gpu'] as const;
export type IdleSignal = (typeof idleSignals)[number];

export const idleStatuses = ['active', 'idle', 'unknown', 'not-checked'] as const;
export type IdleStatus = (typeof idleStatuses)[number];

/** From so many checks in a row that could not tell on, somebody should look: the desktop costs money unseen. */
export const unknownChecksToAlert = 3;

/** When desktops of a profile count as idle; what is left out is as the deployment's settings say. */
export const IdlePolicySchema = Type.Object(
  {
    idleHours: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 8_760,
        description: 'Hours without use after which a desktop is stopped; 0: never.',
        examples: [2],
      }),
    ),
    cpuThresholdPercent: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'CPU from which it counts as used.' }),
    ),
    gpuThresholdPercent: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'GPU from which it counts as used.' }),
    ),
    ignoredSignals: Type.Optional(
      Type.Array(Type.Enum([...idleSignals]), {
        uniqueItems: true,
        description:
          'Signals that say nothing about use, such as the `gpu` of a maker that cannot be measured.',
      }),
    ),
    untouchedCountsAsIdle: Type.Optional(
      Type.Boolean({
        description:
          'A connected desktop is idle when nobody has touched keyboard or mouse for the idle time. Otherwise a connection is use.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type IdlePolicyOverrides = Static<typeof IdlePolicySchema>;
