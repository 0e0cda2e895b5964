import Type from 'typebox';

const access = {
  sessionId: Type.String({ format: 'uuid' }),
  owner: Type.String(),
  user: Type.String({ description: 'The user the token was made for.' }),
  tokenId: Type.String({ format: 'uuid', description: 'Names the token; never the token itself.' }),
  clientAddress: Type.Union([Type.String(), Type.Null()]),
};

/** A token to connect to a session was made. */
export const TokenIssuedData = Type.Object({
  ...access,
  firstUseBy: Type.String({ format: 'date-time' }),
  expiresAt: Type.String({ format: 'date-time' }),
});

/** A DCV server asked about a token and was told yes: somebody is connected. */
export const ConnectionAuthorizedData = Type.Object({ ...access, hostAddress: Type.String() });

/**
 * A DCV server asked about a token and was told no. Who asked with what may be unknown (a forged token names no
 * session): then the event has nulls, and `unknown` as its subject.
 */
export const ConnectionDeniedData = Type.Object({
  sessionId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  owner: Type.Union([Type.String(), Type.Null()]),
  user: Type.Union([Type.String(), Type.Null()]),
  tokenId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  clientAddress: Type.Union([Type.String(), Type.Null()]),
  hostAddress: Type.String(),
  reason: Type.String({
    description: 'A code for operators; the client is not told.',
    examples: ['token-expired'],
  }),
});

const share = {
  sessionId: Type.String({ format: 'uuid' }),
  owner: Type.String(),
  shareId: Type.String({ format: 'uuid' }),
  user: Type.String({ description: 'The guest.' }),
  permissions: Type.String({ description: 'Name of the permission set.', examples: ['view-only'] }),
  expiresAt: Type.String({ format: 'date-time' }),
};

/** Somebody else than the owner may connect to a session until `expiresAt`. */
export const ShareGrantedData = Type.Object({
  ...share,
  features: Type.Array(Type.String(), { description: 'The DCV features of the permission set.' }),
  cause: Type.String({ description: 'Who granted it.', examples: ['user:alice', 'admin:root'] }),
});

/** A guest may connect to a session no more, and is disconnected. */
export const ShareRevokedData = Type.Object({
  ...share,
  cause: Type.String({
    description:
      'Who withdrew it, or what ended it: `expiry`, `replaced` (by another share with the same guest), `session-ended`, `user-disabled`.',
    examples: ['user:alice', 'expiry'],
  }),
});

/** A user may use Deskfleet no more: tokens and shares of theirs are void. */
export const UserDisabledData = Type.Object({
  user: Type.String(),
  cause: Type.String({ examples: ['admin:root'] }),
});
