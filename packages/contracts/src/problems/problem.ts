import Type, { type Static } from 'typebox';
import { problemCodes } from './problem-codes.ts';

/** An error answer of the HTTP API: RFC 9457 with a stable `code` and, for invalid fields, all of them at once. */
export const ProblemSchema = Type.Object({
  type: Type.String({ examples: ['/docs/problems#quota-exceeded'] }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String({ description: 'A sentence for the user that says what to do.' }),
  instance: Type.String(),
  code: Type.Enum(Object.keys(problemCodes)),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        pointer: Type.String(),
        detail: Type.String(),
        code: Type.Optional(
          Type.Enum(Object.keys(problemCodes), {
            description: 'Where several things of different kinds are wrong: which this one is.',
          }),
        ),
      }),
    ),
  ),
  requestId: Type.String(),
});
export type Problem = Static<typeof ProblemSchema>;
