import { errors, jwtVerify, SignJWT } from 'jose';
import { type Clock, systemClock } from './clock.ts';

/** Seconds that a credential is good for: a request takes it at once. */
const lifetimeSeconds = 60;
/** Seconds by which the clocks of two hosts may differ. */
const clockToleranceSeconds = 5;

/** The caller could not prove which service it is. */
export class ServiceCredentialError extends Error {
  override name = 'ServiceCredentialError';
}

export interface SignOptions {
  /** SERVICE_CREDENTIAL_KEY: 32 bytes in base64. */
  key: string;
  /** The calling service, such as `api-gateway`. */
  from: string;
  /** The called service. */
  to: string;
  clock?: Clock;
}

/** A bearer token (JWT, HS256) by which one service shows another who it is, for 60 seconds. */
export async function signServiceCredential({
  key,
  from,
  to,
  clock = systemClock,
}: SignOptions): Promise<string> {
  const issuedAt = Math.floor(clock.now().toSeconds());
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(from)
    .setAudience(to)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(Buffer.from(key, 'base64'));
}

export interface VerifyOptions {
  key: string;
  /** The token, without `Bearer `. */
  token: string;
  /** The services that may call. */
  from: readonly string[];
  /** The called service: this one. */
  to: string;
  clock?: Clock;
}

/**
 * Returns the calling service.
 * @throws ServiceCredentialError when the token is not one of ours, not for us, not from one of `from`, or too old.
 */
export async function verifyServiceCredential(options: VerifyOptions): Promise<{ service: string }> {
  const { key, token, from, to, clock = systemClock } = options;
  try {
    const { payload } = await jwtVerify(token, Buffer.from(key, 'base64'), {
      algorithms: ['HS256'],
      issuer: [...from],
      audience: to,
      clockTolerance: clockToleranceSeconds,
      currentDate: clock.now().toJSDate(),
      maxTokenAge: lifetimeSeconds,
      requiredClaims: ['exp', 'iat', 'iss', 'aud'],
    });
    return { service: String(payload.iss) };
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new ServiceCredentialError(`The service credential is refused: ${error.message}.`, {
      cause: error,
    });
  }
}
