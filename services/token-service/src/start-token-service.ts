import type { RunningService, ServiceContext } from '@deskfleet/runtime';
import { hostNamingOf, openServiceBase, type ServiceBase } from '@deskfleet/service-base';
import { Duration } from 'luxon';
import { createJweTokenCipher } from './adapters/jose/jwe-token-cipher.ts';
import { startPruning } from './adapters/postgres/start-pruning.ts';
import { buildApp } from './app.ts';
import { loadTokenServiceConfig, type TokenServiceConfig } from './config.ts';
import { readTokenKeys } from './token-keys.ts';

/**
 * Opens everything and serves. It does not wait for the database: a DCV server then hears no instead of nothing, and
 * /readyz says what is missing.
 */
export async function startTokenService(context: ServiceContext): Promise<RunningService> {
  const { env, health, logger, signal } = context;
  const { config, warnings } = loadTokenServiceConfig(env);
  for (const warning of warnings) logger.warn(warning);
  const base = await openServiceBase({
    service: 'token-service',
    schema: 'token_service',
    config,
    health,
    logger,
    signal,
  });
  const app = await composeApp(config, base, context);
  await app.listen({ host: config.HOST, port: config.PORT });
  const pruning = startPruning({
    db: base.database.db,
    clock: base.clock,
    logger,
    keepLog: Duration.fromObject({ days: config.CONNECTION_LOG_DAYS }),
  });
  return {
    drain: () => app.close(),
    async stop() {
      await pruning.stop();
      await base.close();
    },
  };
}

async function composeApp(config: TokenServiceConfig, base: ServiceBase, { health, logger }: ServiceContext) {
  return buildApp({
    db: base.database.db,
    events: base.events,
    cipher: await createJweTokenCipher(readTokenKeys(config.DCV_TOKEN_SYMMETRIC_KEY)),
    clock: base.clock,
    policy: {
      firstUseWithin: Duration.fromObject({ minutes: config.DCV_TOKEN_FIRST_USE_MINUTES }),
      lifetime: Duration.fromObject({ hours: config.DCV_TOKEN_MAX_HOURS }),
    },
    serviceCredentialKey: config.SERVICE_CREDENTIAL_KEY,
    hostNaming: hostNamingOf(config),
    trustedProxies: config.TRUSTED_PROXIES,
    logger,
    registry: base.metrics,
    health,
    mostPerMinute: {
      authenticator: config.AUTHENTICATOR_RATE_PER_MINUTE,
      resolver: config.RESOLVER_RATE_PER_MINUTE,
    },
    resolver:
      config.DCV_ACCESS_MODE === 'gateway' ? { webUrlPathTemplate: config.DCV_WEB_URL_PATH_TEMPLATE } : null,
  });
}
