import type { Database } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import { type Clock, type Health, type Logger, signServiceCredential } from '@deskfleet/runtime';
import { hostNamingOf } from '@deskfleet/service-base';
import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import { v7 } from 'uuid';
import { accessOf, connectionFileOptionsOf } from './access-settings.ts';
import { administrationRoutes } from './adapters/http/administration-routes.ts';
import { problemOfRefusal } from './adapters/http/answer.ts';
import { requireAuthentication } from './adapters/http/authentication.ts';
import { catalogueRoutes } from './adapters/http/catalogue-routes.ts';
import { connectionLogRoute } from './adapters/http/connection-log-route.ts';
import { connectionRoute } from './adapters/http/connection-route.ts';
import { createHttpServer } from './adapters/http/create-http-server.ts';
import { describeApi, documentationRoutes } from './adapters/http/documentation.ts';
import { eventStreamRoute } from './adapters/http/event-stream-route.ts';
import { imageRoutes } from './adapters/http/image-routes.ts';
import { intentRoutes } from './adapters/http/intent-routes.ts';
import { launchRoute } from './adapters/http/launch-route.ts';
import { meRoutes } from './adapters/http/me-routes.ts';
import { overrideRoutes } from './adapters/http/override-routes.ts';
import { permissionSetRoute } from './adapters/http/permission-set-route.ts';
import { sendSecurityHeaders, shedLoad } from './adapters/http/protection.ts';
import { limitRequests } from './adapters/http/rate-limits.ts';
import { logRequests } from './adapters/http/request-log.ts';
import { createListenerGauge, measureRequests } from './adapters/http/request-metrics.ts';
import { scheduleRoutes } from './adapters/http/schedule-routes.ts';
import { sessionListRoute } from './adapters/http/session-list-route.ts';
import { sessionRoutes } from './adapters/http/session-routes.ts';
import { sessionSettingsRoute } from './adapters/http/session-settings-route.ts';
import { shareRoutes } from './adapters/http/share-routes.ts';
import { userAdministrationRoutes } from './adapters/http/user-administration-routes.ts';
import { windowsPasswordRoute } from './adapters/http/windows-password-route.ts';
import { createSigningKeys } from './adapters/oidc/signing-keys.ts';
import { createTokenVerifier } from './adapters/oidc/token-verifier.ts';
import { createAdmissions } from './adapters/postgres/admissions.ts';
import { createAnnounceEvent } from './adapters/postgres/announce-event.ts';
import { createAuditLog } from './adapters/postgres/audit-log.ts';
import { createCatalogueReader } from './adapters/postgres/catalogue-reader.ts';
import { createCatalogueStore } from './adapters/postgres/catalogue-store.ts';
import { createHistoryReader } from './adapters/postgres/history-reader.ts';
import { createImageReader } from './adapters/postgres/image-reader.ts';
import { createImageRequests } from './adapters/postgres/image-requests.ts';
import { createIntents } from './adapters/postgres/intents.ts';
import { createPermissionSetReader } from './adapters/postgres/permission-set-reader.ts';
import { createPreparedReads } from './adapters/postgres/prepared-reads.ts';
import { createSessionReader } from './adapters/postgres/session-reader.ts';
import { createShareStore } from './adapters/postgres/share-store.ts';
import { createSpecStore } from './adapters/postgres/spec-store.ts';
import { createUserStore } from './adapters/postgres/user-store.ts';
import { createSessionManagerClient } from './adapters/session-manager/session-manager-client.ts';
import { createTokenIssuer } from './adapters/token-service/token-issuer.ts';
import type { EventFeed } from './application/event-feed.ts';
import type { EventHistory } from './application/follow-events.ts';
import type { UserDirectory } from './application/ports.ts';
import { type GatewayConfig, schedulePolicyOf, windowsImagesOf } from './config.ts';
import type { PriceList } from './domain/cost.ts';
import type { DeploymentPolicy } from './domain/describe-session.ts';
import type { InstanceTypeOffer } from './domain/instance-type-rules.ts';
import type { Refusal } from './domain/refusal.ts';

export interface AppDeps {
  config: GatewayConfig;
  db: Kysely<Database>;
  pool: pg.Pool;
  /** The database's time. */
  clock: Clock;
  events: EventWriter;
  users: UserDirectory;
  /** A share has been granted that may run out before any other. */
  onShareGranted: () => void;
  feed: EventFeed;
  history: EventHistory;
  /** Whether the database was there and had its tables. */
  isReady: () => boolean;
  health: Health;
  metrics: Registry;
  logger: Logger;
  /** What desktops cost; null: it is not known. */
  prices: PriceList | null;
}

const notReady: Refusal = {
  code: 'service-unavailable',
  detail: 'The service is starting and waits for its database. Try again in a few seconds.',
  retryAfterSeconds: 5,
};

/** The gateway's HTTP service; the caller listens and closes. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, metrics, health } = deps;
  const app = await createHttpServer({ logger: deps.logger, trustedProxies: config.TRUSTED_PROXIES });
  measureRequests(app, metrics);
  logRequests(app);
  await sendSecurityHeaders(app, config.PUBLIC_URL);
  await app.register(health.routes);
  await describeApi(app, config.PUBLIC_URL);
  await app.register(documentationRoutes);
  await app.register(async (v1) => registerApi(v1, deps), { prefix: '/v1' });
  return app;
}

async function registerApi(app: FastifyInstance, deps: AppDeps): Promise<void> {
  const parts = createParts(deps);
  const { sessions, users, quotas, offer, sessionManager, reads, history, shared } = parts;
  await guard(app, deps, users);
  await registerSessionRoutes(app, deps, parts);
  await registerSpecRoutes(app, deps, parts);
  await app.register(catalogueRoutes, { catalogue: createCatalogueReader(deps.db, reads), offer });
  await app.register(administrationRoutes, {
    ...shared,
    catalogue: createCatalogueStore(deps.db),
    images: sessionManager,
    offer,
    windowsImages: windowsImagesOf(deps.config).images,
  });
  await app.register(userAdministrationRoutes, {
    ...shared,
    users,
    userStore: createUserStore(deps.db, createAnnounceEvent(deps.events)),
  });
  await app.register(connectionLogRoute, { history });
  await app.register(meRoutes, { sessions, users, quotas });
  await app.register(eventStreamRoute, {
    feed: deps.feed,
    history: deps.history,
    sharedWith: (user) => sessions.listShared(user),
    async isDisabled(principal) {
      users.forget(principal.name);
      return (await users.recordSeen(principal)).disabled;
    },
    listeners: createListenerGauge(deps.metrics),
    now: () => deps.clock.now().toMillis(),
  });
}

type Parts = ReturnType<typeof createParts>;

/** What several routes need. */
function createParts(deps: AppDeps) {
  const { config, db, clock, prices } = deps;
  const reads = createPreparedReads(deps.pool);
  const schedules = schedulePolicyOf(config);
  return {
    reads,
    sessions: createSessionReader(db, reads),
    history: createHistoryReader(db, reads),
    permissionSets: createPermissionSetReader(db),
    users: deps.users,
    schedules,
    quotas: { linux: config.DCV_LINUX_SESSION_COUNT, windows: config.DCV_WINDOWS_SESSION_COUNT },
    offer: instanceTypeOfferOf(config),
    policy: { instanceChange: instanceChangeOf(config), schedules, prices },
    sessionManager: createSessionManager(deps),
    shared: { now: () => clock.now(), newId: () => v7() },
  };
}

async function registerSessionRoutes(
  app: FastifyInstance,
  deps: AppDeps,
  { shared, sessions, history, permissionSets, quotas, offer, schedules, policy, sessionManager }: Parts,
): Promise<void> {
  const announce = createAnnounceEvent(deps.events);
  const audit = createAuditLog(deps.db);
  const admissions = createAdmissions(deps.db, announce);
  const intents = createIntents(deps.db, announce);
  await app.register(launchRoute, { ...shared, quotas, offer, schedules, policy, admissions });
  await app.register(sessionListRoute, { ...shared, sessions, policy });
  await app.register(sessionRoutes, { ...shared, sessions, history, policy });
  await app.register(intentRoutes, { ...shared, offer, policy, intents });
  await app.register(connectionRoute, {
    ...shared,
    sessions,
    tokens: createTokens(deps),
    audit,
    access: accessOf(deps.config),
    fileOptions: connectionFileOptionsOf(deps.config),
    hostNaming: hostNamingOf(deps.config),
  });
  await app.register(permissionSetRoute, { permissionSets });
  await app.register(shareRoutes, {
    ...shared,
    shares: createShareStore(deps.db, announce),
    permissionSets,
    hostNaming: hostNamingOf(deps.config),
    onGranted: deps.onShareGranted,
  });
  await app.register(windowsPasswordRoute, { ...shared, sessions, sessionManager, audit });
  await app.register(imageRoutes, {
    ...shared,
    images: createImageReader(deps.db),
    requests: createImageRequests(deps.db, announce),
  });
}

/** Changing what is wanted of a session besides its intents. */
async function registerSpecRoutes(
  app: FastifyInstance,
  { db, events }: AppDeps,
  { shared, sessions, users, schedules, policy }: Parts,
): Promise<void> {
  const changing = { ...shared, specs: createSpecStore(db, createAnnounceEvent(events)) };
  await app.register(scheduleRoutes, { ...changing, sessions, users, schedules });
  await app.register(overrideRoutes, { ...changing, policy });
  await app.register(sessionSettingsRoute, { ...changing, policy });
}

/** What every request of the API has to pass, in this order. */
async function guard(app: FastifyInstance, deps: AppDeps, users: UserDirectory): Promise<void> {
  const now = () => deps.clock.now().toMillis();
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    if (!deps.isReady()) throw problemOfRefusal(notReady);
  });
  await shedLoad(app);
  const onFailure = await limitRequests(app, deps.config.RATE_LIMIT_PER_MINUTE);
  requireAuthentication(app, {
    verifier: createVerifier(deps, now),
    users,
    onFailure,
  });
}

function createVerifier({ config, logger }: AppDeps, now: () => number) {
  const keys = createSigningKeys({
    issuer: config.OIDC_ISSUER,
    now,
    onUnavailable: (err) =>
      logger.warn({ err }, 'The identity provider cannot be reached; nobody can be let in.'),
  });
  return createTokenVerifier({
    issuer: config.OIDC_ISSUER,
    audience: config.OIDC_AUDIENCE,
    claims: {
      usernameClaim: config.OIDC_USERNAME_CLAIM,
      adminClaim: config.OIDC_ADMIN_CLAIM,
      adminValue: config.OIDC_ADMIN_VALUE,
    },
    keys,
    now,
  });
}

function createTokens(deps: AppDeps) {
  const { config, logger } = deps;
  return createTokenIssuer({
    url: config.TOKEN_SERVICE_URL,
    signCredential: () => signCredentialFor('token-service', deps),
    onFailure: (err) => logger.warn({ err }, 'Token-service made no token; people cannot connect.'),
  });
}

function instanceChangeOf(config: GatewayConfig): DeploymentPolicy['instanceChange'] {
  return {
    linux: config.DCV_LINUX_ALLOW_INSTANCE_CHANGE,
    windows: config.DCV_WINDOWS_ALLOW_INSTANCE_CHANGE,
  };
}

function createSessionManager(deps: AppDeps) {
  const { config, logger } = deps;
  return createSessionManagerClient({
    url: config.SESSION_MANAGER_URL,
    signCredential: () => signCredentialFor('session-manager', deps),
    onFailure: (err) => logger.warn({ err }, 'Session-manager gave no answer about an image or a password.'),
  });
}

function signCredentialFor(to: string, { config, clock }: AppDeps): Promise<string> {
  // The others check by the database's clock: a jump of this machine's must not lock people out.
  return signServiceCredential({ key: config.SERVICE_CREDENTIAL_KEY, from: 'api-gateway', to, clock });
}

function instanceTypeOfferOf(config: GatewayConfig): InstanceTypeOffer {
  return {
    hiddenTypes: config.DCV_BLACKLIST_INSTANCE_TYPE,
    requireHibernation: config.DCV_FORCE_INSTANCE_HIBERNATE_SUPPORT,
  };
}
