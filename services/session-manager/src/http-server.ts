import {
  answerFrameworkError,
  type Health,
  type Logger,
  problemDetails,
  requestIdOf,
  validatorCompiler,
} from '@deskfleet/runtime';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { v7 as newId } from 'uuid';
import { type InternalRoutes, internalRoutes } from './adapters/http/internal-routes.ts';

export interface HttpServerDependencies {
  health: Health;
  routes: InternalRoutes;
  logger: Logger;
}

/** Nothing that is asked here is larger. */
const bodyLimit = 4_096;
/** A whole request arrives in one packet; whoever takes longer keeps a connection busy on purpose. */
const requestTimeoutMilliseconds = 10_000;

/** What session-manager answers over HTTP, not listening yet. */
export async function buildHttpServer({
  health,
  routes,
  logger,
}: HttpServerDependencies): Promise<FastifyInstance> {
  const app = fastify({
    // Widened: with pino's own type the instance would be no plain FastifyInstance.
    loggerInstance: logger as FastifyBaseLogger,
    // Two lines for every look at /readyz would bury the others.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: requestTimeoutMilliseconds,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id'], newId),
    frameworkErrors: answerFrameworkError,
  });
  app.setValidatorCompiler(validatorCompiler);
  await app.register(problemDetails);
  await app.register(health.routes);
  await app.register(internalRoutes(routes));
  return app;
}
