import helmet from '@fastify/helmet';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import type { Refusal } from '../../domain/refusal.ts';
import { problemOfRefusal } from './answer.ts';

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

const tooBusy: Refusal = {
  code: 'service-unavailable',
  detail: 'The service has too much to do right now. Try again in a few seconds.',
  retryAfterSeconds: 5,
};

/** Refuses requests of this scope (503) when the process cannot keep up; health checks are not in it. */
export async function shedLoad(app: FastifyInstance): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: mostEventLoopDelayMilliseconds,
    async pressureHandler(_request, _reply, _type, delayMilliseconds) {
      // Infinite: nothing was measured in the last second, as after a start that kept the process busy.
      if (delayMilliseconds !== Number.POSITIVE_INFINITY) throw problemOfRefusal(tooBusy);
    },
  });
}
