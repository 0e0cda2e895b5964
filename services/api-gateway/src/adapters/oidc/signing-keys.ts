import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import Type from 'typebox';
import Value from 'typebox/value';

const Discovery = Type.Object({ issuer: Type.String(), jwks_uri: Type.String() });

const timeoutMilliseconds = 5_000;
/** How long a provider that failed is left alone: requests must not queue up behind its time-outs. */
const retryMilliseconds = 3_000;

export interface SigningKeysOptions {
  issuer: string;
  now: () => number;
  onUnavailable: (error: Error) => void;
}

/** The identity provider could not be asked for its keys. */
export class ProviderUnavailableError extends Error {
  override name = 'ProviderUnavailableError';
}

/**
 * The provider's signing keys, discovered when first needed. A provider that is away does not stop us from starting,
 * and keys that are known go on being used while it is.
 */
export function createSigningKeys({ issuer, now, onUnavailable }: SigningKeysOptions): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  let notBefore = 0;
  const discovered = () => {
    if (!keys) {
      if (now() < notBefore) throw new ProviderUnavailableError('The provider failed a moment ago.');
      keys = discover(issuer).then(remoteKeys);
      keys.catch((error) => {
        keys = undefined;
        notBefore = now() + retryMilliseconds;
        onUnavailable(error);
      });
    }
    return keys;
  };
  return async (header, token) => {
    try {
      return await (await discovered())(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported) throw error;
      if (error instanceof ProviderUnavailableError) throw error;
      throw new ProviderUnavailableError(`The keys of ${issuer} cannot be read.`, { cause: error });
    }
  };
}

/** OpenID Connect Discovery 1.0: the document must name the very issuer that it was asked of. */
async function discover(issuer: string): Promise<URL> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMilliseconds), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  const document: unknown = await response.json();
  if (!Value.Check(Discovery, document)) throw new Error(`${url} is no discovery document.`);
  if (document.issuer !== issuer) {
    throw new Error(
      `${url} names the issuer ${document.issuer}; OIDC_ISSUER is ${issuer}. They must be equal.`,
    );
  }
  return new URL(document.jwks_uri);
}

function remoteKeys(jwksUri: URL): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(jwksUri, { timeoutDuration: timeoutMilliseconds });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      const known = remote.jwks();
      if (!known || error instanceof errors.JWKSNoMatchingKey) throw error;
      // A key that is not among those known may be a new one, so the first error is the one that counts.
      return createLocalJWKSet(known)(header, token).catch(() => Promise.reject(error));
    }
  };
}
