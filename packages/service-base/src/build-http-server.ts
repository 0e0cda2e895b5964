import {
  answerFrameworkError,
  type Health,
  type Logger,
  problemDetails,
  requestIdOf,
  validatorCompiler,
} from '@deskfleet/runtime';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
} from 'fastify';
import { v7 as newId } from 'uuid';

export interface HttpServerDependencies {
  health: Health;
  logger: Logger;
  /** What it answers besides its health. */
  routes?: FastifyPluginAsync;
}

/** Nothing that services ask each other is larger. */
const bodyLimit = 4_096;
/** A whole request arrives in one packet; whoever takes longer keeps a connection busy on purpose. */
const requestTimeoutMilliseconds = 10_000;

/** What a service that no user calls answers over HTTP, not listening yet. */
export async function buildHttpServer({
  health,
  logger,
  routes,
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
  if (routes) await app.register(routes);
  return app;
}
