import Type from 'typebox';

/** What every event about a session begins with. */
export const aboutSession = {
  sessionId: Type.String({ format: 'uuid' }),
  owner: Type.String(),
  generation: Type.Integer({
    minimum: 1,
    description: 'Number of the latest intent that this event knows of.',
  }),
};
