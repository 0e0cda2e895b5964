import Type, { type Static } from 'typebox';

/** What the gateway asks token-service for (`POST /internal/v1/tokens`, with a service credential). */
export const IssueTokenBody = Type.Object(
  {
    sessionId: Type.String({ format: 'uuid' }),
    user: Type.String({ minLength: 1, maxLength: 256 }),
    clientAddress: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);
export type IssueTokenBody = Static<typeof IssueTokenBody>;

export const IssuedToken = Type.Object({
  token: Type.String(),
  tokenId: Type.String({ format: 'uuid' }),
  dcvSessionId: Type.String(),
  firstUseBy: Type.String({ format: 'date-time' }),
  expiresAt: Type.String({ format: 'date-time' }),
});
export type IssuedToken = Static<typeof IssuedToken>;
