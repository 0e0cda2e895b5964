import type { Database } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import {
  answerFrameworkError,
  type Clock,
  type Health,
  type Logger,
  problemDetails,
  requestIdOf,
  validatorCompiler,
} from '@deskfleet/runtime';
import type { HostNamingRules } from '@deskfleet/service-base';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { v7 as newId } from 'uuid';
import { authenticatorRoutes } from './adapters/http/authenticator-routes.ts';
import { createDecisionMetrics, type DecisionMetrics } from './adapters/http/decision-metrics.ts';
import { resolverRoutes } from './adapters/http/resolver-routes.ts';
import { tokenRoutes } from './adapters/http/token-routes.ts';
import { createSessionReader } from './adapters/postgres/access-queries.ts';
import { createAccessTransactions } from './adapters/postgres/access-transactions.ts';
import { authorizeConnection, type ConnectionQuestion } from './application/authorize-connection.ts';
import { DenialBudget, type DenialLimits, defaultDenialLimits } from './application/denial-budget.ts';
import { issueToken } from './application/issue-token.ts';
import type { InTransaction, TokenCipher } from './application/ports.ts';
import { createDenialRecorder } from './application/record-denial.ts';
import { createRefusalLog, type ResolutionQuestion, resolveSession } from './application/resolve-session.ts';
import type { TokenPolicy } from './domain/decide-token.ts';

export interface AppDependencies {
  db: Kysely<Database>;
  events: EventWriter;
  cipher: TokenCipher;
  /** The database's: replicas compare its times. */
  clock: Clock;
  policy: TokenPolicy;
  serviceCredentialKey: string;
  hostNaming: HostNamingRules;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  denialLimits?: DenialLimits;
  logger: Logger;
  registry: Registry;
  health: Health;
  /** What a Connection Gateway is told besides the address; null where no such gateway asks. */
  resolver: { webUrlPathTemplate: string } | null;
  /** Questions of one source in a minute; 0: no limit. */
  mostPerMinute: { authenticator: number; resolver: number };
}

/** Nothing that is asked here is larger. */
const bodyLimit = 16_384;
/** A whole request arrives in one packet or a few; whoever takes longer keeps a connection busy on purpose. */
const requestTimeoutMilliseconds = 10_000;

/** The service as an HTTP application, not listening yet. What it is given stays open when it closes. */
export async function buildApp(deps: AppDependencies): Promise<FastifyInstance> {
  const app = buildServer(deps);
  const metrics = createDecisionMetrics(deps.registry);
  const inTransaction = createAccessTransactions(deps.db, deps.events);
  await app.register(problemDetails);
  await app.register(deps.health.routes);
  await app.register(authenticator(deps, inTransaction, metrics));
  await app.register(tokens(deps, inTransaction, metrics));
  if (deps.resolver) await app.register(resolver(deps, deps.resolver, metrics));
  return app;
}

function buildServer({ logger, trustedProxies }: AppDependencies): FastifyInstance {
  const app = fastify({
    // Widened: with pino's own type the instance would be no plain FastifyInstance.
    loggerInstance: logger as FastifyBaseLogger,
    // A line for each decision says more than two for each request.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: requestTimeoutMilliseconds,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // A path that cannot be decoded fails before any plugin is asked.
    frameworkErrors: answerFrameworkError,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id'], newId),
  });
  app.setValidatorCompiler(validatorCompiler);
  return app;
}

function authenticator(deps: AppDependencies, inTransaction: InTransaction, metrics: DecisionMetrics) {
  const { cipher, clock, hostNaming, logger: log, mostPerMinute } = deps;
  const budget = new DenialBudget(deps.denialLimits ?? defaultDenialLimits);
  const onUnrecorded = metrics.countUnrecorded;
  const recordDenial = createDenialRecorder({ inTransaction, budget, clock, newId, log, onUnrecorded });
  const authorizing = { inTransaction, cipher, clock, newId, log, recordDenial, hostNaming };
  const authorize = (question: ConnectionQuestion) => authorizeConnection(authorizing, question);
  return authenticatorRoutes({
    authorize,
    recordDenial,
    mostPerMinute: mostPerMinute.authenticator,
    metrics,
  });
}

function tokens(deps: AppDependencies, inTransaction: InTransaction, metrics: DecisionMetrics) {
  const { cipher, clock, policy, serviceCredentialKey } = deps;
  const issuing = { inTransaction, cipher, clock, newId, policy };
  return tokenRoutes({
    issue: (request, correlationId) => issueToken(issuing, request, correlationId),
    serviceCredentialKey,
    clock,
    metrics,
  });
}

function resolver(
  { db, clock, logger: log, mostPerMinute, denialLimits = defaultDenialLimits }: AppDependencies,
  { webUrlPathTemplate }: NonNullable<AppDependencies['resolver']>,
  metrics: DecisionMetrics,
) {
  const logRefusal = createRefusalLog({ clock, log, budget: new DenialBudget(denialLimits) });
  const resolving = { readSession: createSessionReader(db), logRefusal };
  const resolve = (question: ResolutionQuestion) => resolveSession(resolving, question);
  return resolverRoutes({
    resolve,
    logRefusal,
    webUrlPathTemplate,
    mostPerMinute: mostPerMinute.resolver,
    metrics,
  });
}
