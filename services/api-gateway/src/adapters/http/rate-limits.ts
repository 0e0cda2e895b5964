import { ProblemError } from '@deskfleet/runtime';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Principals whose counts are kept; beyond it the longest idle start again. */
const mostCounted = 50_000;
/** A minute's share that may be failed authentications of one address: a typo is no attack, a thousand are. */
const failedShare = 0.1;

/**
 * Limits requests per principal on the routes of this scope (RateLimit-* headers say what is left). Returns what counts
 * an address's failed authentications; it throws when there were too many.
 */
export async function limitRequests(
  app: FastifyInstance,
  perMinute: number,
): Promise<(request: FastifyRequest) => Promise<void>> {
  if (perMinute === 0) return async () => {};
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: '1 minute',
    cache: mostCounted,
    enableDraftSpec: true,
    keyGenerator: (request) => request.principal?.name ?? request.ip,
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  });
  const countFailure = app.createRateLimit({
    max: Math.max(10, Math.ceil(perMinute * failedShare)),
    timeWindow: '1 minute',
    keyGenerator: (request) => `failed ${request.ip}`,
  });
  return async (request) => {
    const count = await countFailure(request);
    if (!count.isAllowed && count.isExceeded) throw tooMany(count.ttl);
  };
}

function tooMany(milliseconds: number): ProblemError {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return new ProblemError('too-many-requests', `Too many requests. Try again in ${seconds} seconds.`, {
    headers: { 'retry-after': String(seconds) },
  });
}
