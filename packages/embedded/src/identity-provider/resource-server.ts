import type { ResourceServer } from 'oidc-provider';
import { AUDIENCE } from './provider-settings.ts';

/** Seconds. */
export const HOUR = 3600;
export const RESOURCE = `urn:${AUDIENCE}:api`;

/** The API that access tokens are for: signed JWTs with its audience. */
export const resourceServer: ResourceServer = {
  audience: AUDIENCE,
  scope: 'openid',
  accessTokenFormat: 'jwt',
  accessTokenTTL: HOUR,
  jwt: { sign: { alg: 'RS256' } },
};
