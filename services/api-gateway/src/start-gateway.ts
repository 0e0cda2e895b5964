import type { Bus } from '@deskfleet/messaging';
import type { Health, Logger, PassLoop, RunningService } from '@deskfleet/runtime';
import { openServiceBase, type ServiceBase } from '@deskfleet/service-base';
import { v7 } from 'uuid';
import { createEventHistory } from './adapters/events/event-history.ts';
import { feedLiveEvents } from './adapters/events/feed-live-events.ts';
import { makeStacksOfImages } from './adapters/events/make-stacks-of-images.ts';
import { markEndedSessions } from './adapters/events/mark-ended-sessions.ts';
import { createAnnounceEvent } from './adapters/postgres/announce-event.ts';
import { startApplyingWindowsImages } from './adapters/postgres/apply-windows-images.ts';
import { startCatchingUpImages } from './adapters/postgres/catch-up-images.ts';
import { startPruningAnswers } from './adapters/postgres/prune-answers.ts';
import { createShareEndStore } from './adapters/postgres/share-store.ts';
import { createUserDirectory } from './adapters/postgres/user-directory.ts';
import { buildApp } from './app.ts';
import { createShareEnding } from './application/end-shares.ts';
import { createEventFeed } from './application/event-feed.ts';
import { forgetDisabledUsers } from './application/forget-disabled-users.ts';
import type { UserDirectory } from './application/ports.ts';
import { type GatewayConfig, pricesOf, windowsImagesOf } from './config.ts';

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
  const { config, logger, signal } = options;
  const { prices, warnings } = pricesOf(config);
  for (const warning of warnings) logger.warn(warning);
  const base = await openServiceBase({ ...options, service: 'api-gateway', schema: 'api_gateway' });
  const { clock, events, metrics, isReady } = base;
  const { db, pool } = base.database;
  const users = createUserDirectory(db, () => clock.now().toMillis());
  const live = createLiveStream(base.bus, logger, users);
  const shareEnding = composeShareEnding(base, logger);
  const onShareGranted = () => shareEnding.wake();
  const known = { prices, users, onShareGranted, db, pool, clock, events, metrics, isReady };
  const app = await buildApp({ ...options, ...live, ...known });
  const url = await app.listen({ port: config.PORT, host: config.HOST });
  const background = base.ready.then(() =>
    signal.aborted ? null : startBackground(base, options, shareEnding),
  );
  return {
    url,
    drain: () => app.close(),
    async stop() {
      await Promise.all([live.reader.stop(), background.then((jobs) => jobs?.stop())]);
      await base.close();
    },
  };
}

function composeShareEnding({ database, clock, events }: ServiceBase, logger: Logger): PassLoop {
  return createShareEnding({
    shares: createShareEndStore(database.db, createAnnounceEvent(events)),
    now: () => clock.now(),
    newId: () => v7(),
    logger,
  });
}

function createLiveStream(bus: Bus, logger: Logger, users: UserDirectory) {
  const feed = forgetDisabledUsers(createEventFeed(feedCapacity), users);
  const reader = feedLiveEvents({ bus, feed, backlog: feedBacklog, logger });
  return { feed, reader, history: createEventHistory(reader.readRange) };
}

/** What the gateway does besides answering, publishing and pruning. */
function startBackground(
  { database: { db }, bus, metrics }: ServiceBase,
  { config, logger }: GatewayOptions,
  shareEnding: PassLoop,
) {
  const consumers = [
    markEndedSessions({ bus, db, logger, metrics }),
    makeStacksOfImages({ bus, db, logger, metrics }),
  ];
  const windows = windowsImagesOf(config);
  for (const warning of windows.warnings) logger.warn(warning);
  const stopTimers = [
    startPruningAnswers(db, logger),
    startCatchingUpImages(db, logger),
    startApplyingWindowsImages(db, windows.images, logger),
  ];
  shareEnding.start();
  return {
    async stop() {
      for (const stopTimer of stopTimers) stopTimer();
      await Promise.all([shareEnding.stop(), ...consumers.map((consumer) => consumer.stop())]);
    },
  };
}
