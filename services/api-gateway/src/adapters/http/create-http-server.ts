import { randomUUID } from 'node:crypto';
import {
  type Logger,
  ProblemError,
  problemDetails,
  sendProblem,
  validatorCompiler,
} from '@deskfleet/runtime';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { closeUnusedConnections } from './close-connections.ts';
import { acceptJsonOnly } from './json-bodies.ts';

/** No request of the API comes near it. */
const bodyLimitBytes = 64 * 1024;

export interface HttpServerOptions {
  logger: Logger;
  /** Addresses of proxies whose X-Forwarded-* headers are believed. */
  trustedProxies: readonly string[];
}

/** A server without routes that answers every error as a problem, and every request with its id. */
export async function createHttpServer({
  logger,
  trustedProxies,
}: HttpServerOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    bodyLimit: bodyLimitBytes,
    // A user name is part of a path, and has 255 characters at most.
    routerOptions: { maxParamLength: 255 },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // What still comes on open connections is answered; new connections are refused by then.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      return sendProblem(problemOfAddress(error.code), request, reply);
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made field by field; for them JSON.stringify takes a third of fast-json-stringify's time (50 sessions).
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  closeUnusedConnections(app);
  await app.register(problemDetails);
  acceptJsonOnly(app);
  return app;
}

/** Addresses that fail before there is a route, or hooks. */
function problemOfAddress(code: string): ProblemError {
  return code === 'FST_ERR_BAD_URL'
    ? new ProblemError('invalid-request', 'The address has an escape sequence that is not valid.')
    : new ProblemError('not-found', 'There is nothing at this address.');
}
