import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { canonicalAddress } from '../canonical-address.ts';

/** Sources whose questions are counted, some 10 MB; beyond it those that asked longest ago start again. */
const mostCounted = 50_000;

/** Who has one address of an IPv6 network of this size has all of them (RFC 6177). */
const ipv6PrefixLength = 64;

/**
 * Limits how often one source may ask on the routes of this scope: 429 with `Retry-After`, before anything of the question
 * is read. 0 turns it off.
 */
export async function limitSources(app: FastifyInstance, perMinute: number): Promise<void> {
  if (perMinute === 0) return;
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: '1 minute',
    cache: mostCounted,
    keyGenerator: sourceOf,
    // Neither DCV servers nor Connection Gateways look at what is left.
    addHeaders: { ...noHeaders, 'retry-after': true },
    addHeadersOnExceeding: noHeaders,
  });
}

const noHeaders = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };

/** All text that is no address counts as one source: a proxy reported it. */
function sourceOf({ ip }: FastifyRequest): string {
  return normalizeIP(canonicalAddress(ip) ?? 'unknown', ipv6PrefixLength);
}
