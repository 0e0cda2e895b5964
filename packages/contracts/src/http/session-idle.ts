import Type from 'typebox';
import { idleStatuses } from '../session/idle-policy.ts';

const InstantOrNull = (description: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description });

/** Whether a desktop is used, as it was last looked at. */
export const SessionIdleSchema = Type.Object({
  status: Type.Enum([...idleStatuses], {
    description:
      '`idle`: nobody uses it, and it stops. `unknown`: it could not be told, which counts as used. `not-checked`: it was not looked at since its state began.',
  }),
  since: InstantOrNull('Since when nobody has used it, where that is known.'),
  stopsAt: InstantOrNull('When it stops unless it is used or kept alive; null: no stop is announced.'),
  sentence: Type.String({
    description: 'What was found, for the owner.',
    examples: ['Stops Thu 21:40 if unused: idle since Thu 20:40.'],
  }),
  checkedAt: InstantOrNull('When it was looked at.'),
  needsAttention: Type.Boolean({
    description:
      'Three checks in a row or more could not tell whether it is used, so it is not stopped: it runs, and costs, unseen.',
  }),
});
