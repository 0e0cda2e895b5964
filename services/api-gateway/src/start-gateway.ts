import { connectDatabase, type DatabaseConnection, waitForSchema } from '@deskfleet/database';
import { type Bus, connectBus, createEventWriter, startPruning, startRelay } from '@deskfleet/messaging';
import {
  createDatabaseClock,
  createMetrics,
  type Health,
  type Logger,
  type RunningService,
  startMetricsServer,
} from '@deskfleet/runtime';
import type { Registry } from 'prom-client';
import { createEventHistory } from './adapters/events/event-history.ts';
import { feedLiveEvents } from './adapters/events/feed-live-events.ts';
import { markEndedSessions } from './adapters/events/mark-ended-sessions.ts';
import { startPruningAnswers } from './adapters/postgres/prune-answers.ts';
import { buildApp } from './app.ts';
import { createEventFeed } from './application/event-feed.ts';
import type { GatewayConfig } from './config.ts';

export interface GatewayOptions {
  config: GatewayConfig;
  health: Health;
  logger: Logger;
  /** Aborted when the process is to end. */
  signal: AbortSignal;
}

/** Events in memory: some 20 MB, minutes of a busy fleet. */
const feedCapacity = 10_000;
/** Events that a new replica reads from the past, for clients that come back after a restart. */
const feedBacklog = 2_000;

/** Opens everything and serves; the address it listens on is `url`. */
export async function startGateway(options: GatewayOptions): Promise<RunningService & { url: string }> {
  const { config, health, logger, signal } = options;
  const metrics = createMetrics({ service: 'api-gateway' });
  const { database, clock, bus } = openConnections(config, logger);
  const schema = watchSchema(database, { health, logger, signal });
  // The API accepts without NATS: what it accepts waits in the outbox.
  health.addReadinessCheck('events', async () => ({ ok: true, detail: bus.status().detail }));

  const live = createLiveStream(bus, logger);
  const events = createEventWriter({
    schema: 'api_gateway',
    source: '/deskfleet/api-gateway',
    publicUrl: config.PUBLIC_URL,
    clock,
  });
  const { db, pool } = database;
  const { isReady: isSchemaReady } = schema;
  const app = await buildApp({ ...options, ...live, db, pool, clock, events, isSchemaReady, metrics });
  const metricsServer = await startMetricsServer({
    registry: metrics,
    port: config.METRICS_PORT,
    host: config.HOST,
  });
  const url = await app.listen({ port: config.PORT, host: config.HOST });
  const background = schema.ready.then(async () => {
    await clock.sample().catch(() => {});
    return signal.aborted ? null : startBackground({ config, database, bus, logger, metrics });
  });
  return {
    url,
    drain: () => app.close(),
    async stop() {
      await Promise.all([live.reader.stop(), background.then((jobs) => jobs?.stop()), metricsServer.close()]);
      clock.stop();
      await bus.close();
      await database.close();
    },
  };
}

function openConnections(config: GatewayConfig, logger: Logger) {
  const database = connectDatabase({
    url: config.DATABASE_URL,
    applicationName: 'api-gateway',
    poolSize: config.DATABASE_POOL_SIZE,
    onConnectionLost: ({ message }) =>
      logger.warn(`A connection to Postgres is lost (${message}); it will be replaced.`),
  });
  const clock = createDatabaseClock(database.now);
  const bus = connectBus({
    servers: config.NATS_URL,
    name: 'api-gateway',
    stream: { name: config.NATS_STREAM, subjectPrefix: config.NATS_SUBJECT_PREFIX },
    logger,
  });
  return { database, clock, bus };
}

function createLiveStream(bus: Bus, logger: Logger) {
  const feed = createEventFeed(feedCapacity);
  const reader = feedLiveEvents({ bus, feed, backlog: feedBacklog, logger });
  return { feed, reader, history: createEventHistory(reader.readRange) };
}

/** Follows whether the database is there and has the tables; waits for them without keeping the service from answering. */
function watchSchema(
  database: DatabaseConnection,
  { health, logger, signal }: Pick<GatewayOptions, 'health' | 'logger' | 'signal'>,
) {
  let isReady = false;
  const ready = waitForSchema({
    db: database.db,
    onWaiting: (why) => logger.warn(`The gateway answers 503: ${why}.`),
    signal,
  }).then(
    () => {
      isReady = true;
    },
    // Rejects only when the process ends.
    () => {},
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

interface BackgroundOptions {
  config: GatewayConfig;
  database: DatabaseConnection;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
}

/** What goes on besides requests: publishing, consuming, pruning. */
function startBackground({ config, database: { db }, bus, logger, metrics }: BackgroundOptions) {
  const schema = 'api_gateway';
  const relay = startRelay({ databaseUrl: config.DATABASE_URL, schema, bus, logger, metrics });
  const consumer = markEndedSessions({ bus, db, logger, metrics });
  const pruning = startPruning({ db, schema, streamMaxAgeDays: bus.maxAgeDays, logger, metrics });
  const stopPruningAnswers = startPruningAnswers(db, logger);
  return {
    async stop() {
      stopPruningAnswers();
      await Promise.all([relay.stop(), consumer.stop(), pruning.stop()]);
    },
  };
}
