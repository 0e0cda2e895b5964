import { hash } from 'node:crypto';
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Authentication, TokenVerifier } from '../../application/authenticate.ts';
import { type ClaimRules, readPrincipal } from '../../domain/principal.ts';
import { ProviderUnavailableError } from './signing-keys.ts';

/** Signatures by a private key only: with HS*, whoever knows the public key could sign. */
const algorithms = [
  ['RS256', 'RS384', 'RS512'],
  ['PS256', 'PS384', 'PS512'],
  ['ES256', 'ES384', 'ES512'],
  ['EdDSA', 'Ed25519'],
].flat();

/** Clocks of the provider and of the gateway may differ by this much. */
const toleranceSeconds = 5;
/** How long a verified token is believed without another look at the keys: so long a withdrawn key still counts. */
const believedMilliseconds = 60_000;
const mostBelieved = 10_000;

export interface TokenVerifierOptions {
  issuer: string;
  audience: string;
  claims: ClaimRules;
  keys: JWTVerifyGetKey;
  now: () => number;
}

/** Verifies bearer tokens of the OpenID provider; each is checked by its signature once a minute at most. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  // By digest: the process keeps no token that would be of use to somebody who reads its memory.
  const believed = new Map<string, { until: number; authentication: Authentication }>();
  return {
    async verify(bearerToken) {
      const digest = hash('sha256', bearerToken, 'base64');
      const entry = believed.get(digest);
      if (entry && options.now() < entry.until) return entry.authentication;
      believed.delete(digest);
      const authentication = await verifyToken(options, bearerToken);
      if (authentication.kind === 'authenticated') {
        const until = Math.min(authentication.principal.expiresAt, options.now() + believedMilliseconds);
        if (believed.size >= mostBelieved) believed.delete(believed.keys().next().value ?? '');
        believed.set(digest, { until, authentication });
      }
      return authentication;
    },
  };
}

async function verifyToken(options: TokenVerifierOptions, bearerToken: string): Promise<Authentication> {
  const { issuer, audience, keys, claims, now } = options;
  try {
    const { payload } = await jwtVerify(bearerToken, keys, {
      issuer,
      audience,
      algorithms,
      requiredClaims: ['exp'],
      clockTolerance: toleranceSeconds,
      currentDate: new Date(now()),
    });
    const reading = readPrincipal(payload, claims);
    return reading.ok
      ? { kind: 'authenticated', principal: reading.principal }
      : { kind: 'invalid', why: reading.why };
  } catch (error) {
    return classify(error);
  }
}

function classify(error: unknown): Authentication {
  if (error instanceof ProviderUnavailableError) return { kind: 'unavailable' };
  if (error instanceof errors.JWTExpired) return { kind: 'expired' };
  if (error instanceof errors.JWTClaimValidationFailed) {
    return { kind: 'invalid', why: `The token's claim "${error.claim}" is not what this service expects.` };
  }
  if (error instanceof errors.JOSEError || error instanceof TypeError) {
    return { kind: 'invalid', why: 'The token is not one that this service can verify.' };
  }
  throw error;
}
