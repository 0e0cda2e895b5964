import { monotonicMilliseconds, type RunningService, type ServiceContext } from '@deskfleet/runtime';
import { buildHttpServer, openServiceBase } from '@deskfleet/service-base';
import { lookAgainAfterEvents } from './adapters/events/look-again.ts';
import { buildApp } from './app.ts';
import { leadOf, loadSchedulerConfig, settingsOf } from './config.ts';

/** Opens everything and starts looking at the clock once the database has its tables. */
export async function startScheduler(context: ServiceContext): Promise<RunningService> {
  const { env, health, logger, signal } = context;
  const { config, warnings } = loadSchedulerConfig(env);
  for (const warning of warnings) logger.warn(warning);
  const base = await openServiceBase({
    service: 'scheduler',
    schema: 'scheduler',
    config,
    health,
    logger,
    signal,
  });
  const { database, bus, clock, events, metrics } = base;
  const loop = buildApp({
    db: database.db,
    events,
    clock,
    monotonic: monotonicMilliseconds,
    settings: settingsOf(config),
    lead: leadOf(config),
    metrics,
    logger,
  });
  const http = await buildHttpServer({ health, logger });
  await http.listen({ port: config.PORT, host: config.HOST });
  const consumers = base.ready.then(() => {
    if (signal.aborted) return [];
    loop.start();
    return lookAgainAfterEvents({ bus, db: database.db, clock, logger, metrics });
  });
  return {
    drain: () => loop.stop(),
    async stop() {
      await http.close();
      await Promise.all((await consumers).map((consumer) => consumer.stop()));
      await base.close();
    },
  };
}
