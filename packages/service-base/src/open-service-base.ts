import {
  connectDatabase,
  type DatabaseConnection,
  type ServiceSchema,
  waitForSchema,
} from '@deskfleet/database';
import {
  type Bus,
  connectBus,
  createEventWriter,
  type EventWriter,
  startPruning,
  startRelay,
} from '@deskfleet/messaging';
import {
  createDatabaseClock,
  createMetrics,
  type DatabaseClock,
  type Health,
  type Logger,
  startMetricsServer,
} from '@deskfleet/runtime';
import type { Registry } from 'prom-client';
import type { CommonSettings } from './common-settings.ts';

export interface ServiceBaseOptions {
  /** Name of the service, such as `api-gateway`. */
  service: string;
  /** The schema that it owns. */
  schema: ServiceSchema;
  config: CommonSettings;
  health: Health;
  logger: Logger;
  /** Aborted when the process is to end. */
  signal: AbortSignal;
}

/** What a service is built on. */
export interface ServiceBase {
  database: DatabaseConnection;
  /** The database's time, the same in all replicas. */
  clock: DatabaseClock;
  bus: Bus;
  events: EventWriter;
  metrics: Registry;
  /** Resolves once Postgres answers and has the tables, or the process ends: then `signal` is aborted. */
  ready: Promise<void>;
  isReady(): boolean;
  close(): Promise<void>;
}

/** Opens what a service is built on. Nothing has to be there yet: what is away is waited for, and readiness tells. */
export async function openServiceBase(options: ServiceBaseOptions): Promise<ServiceBase> {
  const { service, schema, config, health, logger, signal } = options;
  const metrics = createMetrics({ service });
  const metricsServer = await startMetricsServer({
    registry: metrics,
    port: config.METRICS_PORT,
    host: config.HOST,
  });
  const database = connectDatabase({
    url: config.DATABASE_URL,
    applicationName: service,
    poolSize: config.DATABASE_POOL_SIZE,
    onConnectionLost: (err) => logger.warn({ err }, 'A connection to Postgres is lost; it will be replaced.'),
  });
  const clock = createDatabaseClock(database.now);
  const bus = connectBus({
    servers: config.NATS_URL,
    name: service,
    stream: { name: config.NATS_STREAM, subjectPrefix: config.NATS_SUBJECT_PREFIX },
    logger,
  });
  const tables = watchTables(database, options);
  // A service accepts without NATS: what it says waits in the outbox.
  health.addReadinessCheck('events', async () => ({ ok: true, detail: bus.status().detail }));
  const publishing = tables.ready.then(async () => {
    if (signal.aborted) return null;
    await clock
      .sample()
      .catch((err) => logger.warn({ err }, 'Postgres did not tell the time; asking again soon.'));
    const relay = startRelay({ databaseUrl: config.DATABASE_URL, schema, bus, logger, metrics });
    const pruning = startPruning({
      db: database.db,
      schema,
      streamMaxAgeDays: bus.maxAgeDays,
      logger,
      metrics,
    });
    return { relay, pruning };
  });

  return {
    database,
    clock,
    bus,
    events: createEventWriter({
      schema,
      source: `/deskfleet/${service}`,
      publicUrl: config.PUBLIC_URL,
      clock,
    }),
    metrics,
    ready: publishing.then(() => undefined),
    isReady: tables.isReady,
    async close() {
      const jobs = await publishing;
      await Promise.all([jobs?.relay.stop(), jobs?.pruning.stop(), metricsServer.close()]);
      clock.stop();
      await bus.close();
      await database.close();
    },
  };
}

/** Follows whether the database is there and has the tables, without keeping the service from answering. */
function watchTables(database: DatabaseConnection, { service, health, logger, signal }: ServiceBaseOptions) {
  let isReady = false;
  const ready = waitForSchema({
    db: database.db,
    onWaiting: (why) => logger.warn(`${service} is not ready: ${why}.`),
    signal,
  }).then(
    () => {
      isReady = true;
    },
    (error: unknown) => {
      // Rejects when the process ends, which ends the wait; anything else is a defect.
      if (!signal.aborted) throw error;
    },
  );
  health.addReadinessCheck('database', async () => {
    if (!isReady)
      return { ok: false, detail: 'Postgres cannot be reached, or its tables are still to be made.' };
    return database.now().then(
      () => ({ ok: true }),
      () => ({ ok: false, detail: 'Postgres cannot be reached.' }),
    );
  });
  return { ready, isReady: () => isReady };
}
