import { readFile } from 'node:fs/promises';
import { createLease, leaseHolderOf } from '@deskfleet/database';
import { monotonicMilliseconds, type RunningService, type ServiceContext } from '@deskfleet/runtime';
import { buildHttpServer, openServiceBase } from '@deskfleet/service-base';
import { createAwsClients } from './adapters/aws/aws-clients.ts';
import { createCloudWatchCpu } from './adapters/aws/cloudwatch-cpu.ts';
import { createSsmHostObserver } from './adapters/aws/ssm-host-observer.ts';
import { lookAgainAfterEvents } from './adapters/events/look-again.ts';
import { buildApp } from './app.ts';
import { loadIdleMonitorConfig, settingsOf } from './config.ts';

/** Opens everything and starts sweeping once the database has its tables. */
export async function startIdleMonitor(context: ServiceContext): Promise<RunningService> {
  const { env, health, logger, signal } = context;
  const { config, warnings } = loadIdleMonitorConfig(env);
  for (const warning of warnings) logger.warn(warning);
  const scripts = await readProbes();
  const base = await openServiceBase({
    service: 'idle-monitor',
    schema: 'idle_monitor',
    config,
    health,
    logger,
    signal,
  });
  const { database, bus, clock, events, metrics } = base;
  const settings = settingsOf(config);
  const aws = createAwsClients(config.AWS_REGION);
  const loop = buildApp({
    db: database.db,
    events,
    // One service of this kind looks after one region (docs/architecture.md).
    lease: createLease(database.db, {
      schema: 'idle_monitor',
      name: `sweep ${config.AWS_REGION}`,
      holder: leaseHolderOf(config.PORT),
    }),
    cpu: createCloudWatchCpu({
      cloudWatch: aws.cloudWatch,
      windowMinutes: config.DCV_IDLE_CPU_WINDOW_MINUTES,
      clock,
      logger,
    }),
    hosts: createSsmHostObserver({
      ssm: aws.ssm,
      scripts,
      waitSeconds: config.IDLE_HOST_WAIT_SECONDS,
      clock,
      logger,
    }),
    clock,
    monotonic: monotonicMilliseconds,
    settings,
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
      aws.destroy();
      await base.close();
    },
  };
}

/** What hosts are asked (probes/README.md). */
async function readProbes() {
  const read = (name: string) => readFile(new URL(`../probes/${name}`, import.meta.url), 'utf8');
  return { linux: await read('linux.sh'), windows: await read('windows.ps1') };
}
