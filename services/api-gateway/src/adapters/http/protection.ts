import helmet from '@fastify/helmet';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

/** A loop that lags by more than this answers nobody in time; better to refuse some than to be slow for all. */
const mostEventLoopDelayMilliseconds = 2_000;

/** Headers that keep browsers careful. */
export async function sendSecurityHeaders(app: FastifyInstance, publicUrl: string): Promise<void> {
  const overTls = publicUrl.startsWith('https:');
  await app.register(helmet, {
    // On plain HTTP (one's own machine) these would make browsers look for HTTPS that is not there.
    strictTransportSecurity: overTls,
    contentSecurityPolicy: {
      directives: overTls ? {} : { upgradeInsecureRequests: null },
    },
  });
}

/** Refuses requests of this scope (503) when the process cannot keep up; health checks are not in it. */
export async function shedLoad(app: FastifyInstance): Promise<void> {
  await app.register(underPressure, { maxEventLoopDelay: mostEventLoopDelayMilliseconds, retryAfter: 5 });
}
