import { ProblemError } from '@deskfleet/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Authentication, authenticate, type TokenVerifier } from '../../application/authenticate.ts';
import type { Request, UserDirectory } from '../../application/ports.ts';
import type { Principal } from '../../domain/principal.ts';
import { problemOfRefusal } from './answer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `requireAuthentication`; read it by `principalOf`. */
    principal: Principal | null;
  }
}

export interface AuthenticationOptions {
  verifier: TokenVerifier;
  users: UserDirectory;
  /** Throws when the request's address has failed too often. */
  onFailure: (request: FastifyRequest) => Promise<void>;
}

/** Lets nobody pass to the routes of this scope without a valid bearer token. */
export function requireAuthentication(
  app: FastifyInstance,
  { verifier, users, onFailure }: AuthenticationOptions,
): void {
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request) => {
    const token = bearerTokenOf(request.headers.authorization);
    const result = token === null ? null : await authenticate({ verifier, users }, token);
    if (result?.kind === 'authenticated') {
      request.principal = result.principal;
      return;
    }
    const problem = problemOf(result);
    if (problem.code === 'not-authenticated') await onFailure(request);
    throw problem;
  });
}

/** @throws Error on a route that is not behind `authentication`. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error('This route is not behind authentication.');
  return request.principal;
}

/** Who asks, from where, and by which request. */
export function callerOf(request: FastifyRequest): Request {
  return { principal: principalOf(request), requestId: request.id, sourceAddress: request.ip };
}

/** RFC 6750 section 2.1; the scheme's case does not matter (RFC 9110). */
function bearerTokenOf(header: string | undefined): string | null {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(header ?? '')?.[1] ?? null;
}

function problemOf(result: Exclude<Authentication, { kind: 'authenticated' }> | null): ProblemError {
  switch (result?.kind) {
    case undefined:
      return new ProblemError(
        'not-authenticated',
        'Send a token of your identity provider in the header: Authorization: Bearer TOKEN.',
        // RFC 6750 section 3.1: no error code for a request that carries no token.
        { headers: { 'www-authenticate': 'Bearer realm="deskfleet"' } },
      );
    case 'expired':
      return new ProblemError(
        'token-expired',
        'Your bearer token has expired. Sign in again for a new one.',
        {
          headers: challenge('The token has expired.'),
        },
      );
    case 'invalid':
      return new ProblemError('not-authenticated', `${result.why} Sign in again for a new one.`, {
        headers: challenge(result.why),
      });
    case 'disabled':
      return new ProblemError('forbidden', 'Your account is disabled here. Ask your administrator.');
    case 'unavailable':
      return problemOfRefusal({
        code: 'service-unavailable',
        detail:
          'The identity provider cannot be reached, so nobody can be let in. Try again in a few seconds.',
        retryAfterSeconds: 5,
      });
    default:
      return result satisfies never;
  }
}

/** The description goes into a quoted string: RFC 6750 allows neither quotes nor what is not ASCII. */
function challenge(description: string): Record<string, string> {
  const plain = description.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
  return { 'www-authenticate': `Bearer error="invalid_token", error_description="${plain}"` };
}
