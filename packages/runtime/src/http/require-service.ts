import type { FastifyRequest } from 'fastify';
import {
  ServiceCredentialError,
  type VerifyOptions,
  verifyServiceCredential,
} from '../service-credential.ts';
import { ProblemError } from './problem-error.ts';

/**
 * An `onRequest` hook of internal routes: only these services get through, with a fresh credential. It runs before the
 * body is read, so that a stranger cannot make us parse.
 */
export function requireService(
  options: Omit<VerifyOptions, 'token'>,
): (request: FastifyRequest) => Promise<void> {
  const refusal = `Only ${options.from.join(' and ')} may ask this, with a fresh service credential.`;
  const unauthenticated = (cause?: unknown) =>
    new ProblemError('not-authenticated', refusal, { cause, headers: { 'www-authenticate': 'Bearer' } });

  return async (request) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated();
    try {
      await verifyServiceCredential({ ...options, token });
    } catch (error) {
      throw error instanceof ServiceCredentialError ? unauthenticated(error) : error;
    }
  };
}
