import {
  type Logger,
  monotonicMilliseconds,
  type RunningService,
  type ServiceContext,
} from '@deskfleet/runtime';
import { buildHttpServer, openServiceBase, type ServiceBase } from '@deskfleet/service-base';
import { createAwsClients } from './adapters/aws/aws-clients.ts';
import { followAutomaticEvents } from './adapters/events/follow-automatic-events.ts';
import { type Wakes, wakeOnEvents } from './adapters/events/wake-on-events.ts';
import { internalRoutes } from './adapters/http/internal-routes.ts';
import { buildApp, type SessionManager } from './app.ts';
import { loadSessionManagerConfig } from './config.ts';

/** How often it is looked whether the instance types are a day old; soon again while EC2 does not answer. */
const typesRefreshMilliseconds = 60_000;
const typesRetryMilliseconds = 2_000;

/** Opens everything and starts reconciling once the database has its tables. */
export async function startSessionManager(context: ServiceContext): Promise<RunningService> {
  const { env, health, logger, signal } = context;
  const { config, warnings } = loadSessionManagerConfig(env);
  for (const warning of warnings) logger.warn(warning);
  const base = await openServiceBase({
    service: 'session-manager',
    schema: 'session_manager',
    config,
    health,
    logger,
    signal,
  });
  const aws = createAwsClients(config.AWS_REGION);
  const app = buildApp({ config, base, aws, monotonic: monotonicMilliseconds, logger });
  const wakeUps = wakeOnEvents({ bus: base.bus, wakes: wakesOf(app), logger });
  const http = await buildHttpServer({ health, routes: internalRoutes(app.routes), logger });
  await http.listen({ port: config.PORT, host: config.HOST });
  const types = keepInstanceTypesFresh(app, context);
  const following = base.ready.then(() => {
    if (signal.aborted) return null;
    app.loop.start();
    app.images.start();
    app.permissions.start();
    types.start();
    return startFollowing(app, base, logger);
  });
  return {
    drain: async () => {
      await (await following)?.stop();
      await Promise.all([app.loop.stop(), app.images.stop(), app.permissions.stop()]);
    },
    async stop() {
      types.stop();
      await Promise.all([http.close(), wakeUps.stop()]);
      aws.destroy();
      await base.close();
    },
  };
}

function startFollowing(app: SessionManager, base: ServiceBase, logger: Logger) {
  const { bus, metrics } = base;
  const { db } = base.database;
  const wake = () => app.loop.wake();
  return followAutomaticEvents({ bus, db, handlers: app.automatic, wake, logger, metrics });
}

function wakesOf({ loop, images, permissions }: SessionManager): Wakes {
  return {
    requested() {
      loop.wake();
      images.wake();
    },
    accessChanged: () => permissions.wake(),
  };
}

function keepInstanceTypesFresh(app: SessionManager, { health, logger, signal }: ServiceContext) {
  let timer: NodeJS.Timeout | undefined;
  let known = false;
  // Without them the gateway can admit nobody, so an operator should hear of it.
  health.addReadinessCheck('instance-types', async () =>
    known ? { ok: true } : { ok: false, detail: 'EC2 has not named its instance types yet.' },
  );
  const refresh = () =>
    app.refreshInstanceTypes().then(
      () => {
        known = true;
        return typesRefreshMilliseconds;
      },
      (err: unknown) => {
        if (!signal.aborted) logger.warn({ err }, 'EC2 did not name its instance types; asking again');
        return typesRetryMilliseconds;
      },
    );
  const start = () => {
    void refresh().then((pause) => {
      if (!signal.aborted) timer = setTimeout(start, pause);
    });
  };
  return { start, stop: () => clearTimeout(timer) };
}
