import { once } from 'node:events';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createBackoff } from '../backoff.ts';
import { createTroubleLog } from '../trouble-log.ts';
import type { BusOptions } from './bus-settings.ts';
import { connectionOptions } from './connection-options.ts';

/** A connection for one use: ask again after a failure. */
export interface BusConnection {
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
}

/** A connection to NATS that is opened in the background and comes back by itself. */
export interface LiveConnection {
  isConnected(): boolean;
  /** Resolves as soon as NATS is connected. Rejects when `signal` is aborted, or the connection is closed for good. */
  connected(signal?: AbortSignal): Promise<BusConnection>;
  onConnected(listener: () => void): () => void;
  close(): Promise<void>;
}

/** JetStream answers within milliseconds; this long it may take to elect a new leader. */
const requestTimeoutMilliseconds = 5_000;

export function openLiveConnection(options: BusOptions): LiveConnection {
  const changes = new EventTarget();
  const closing = new AbortController();
  let live: BusConnection | null = null;
  let isConnected = false;

  const setConnected = (value: boolean) => {
    isConnected = value;
    if (value) changes.dispatchEvent(new Event('connected'));
  };
  const opened = openConnection(options, closing.signal, async (nc) => {
    const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: requestTimeoutMilliseconds });
    live = { nc, jsm, js: jetstream(nc, { timeout: requestTimeoutMilliseconds }) };
    setConnected(true);
    void followConnection(nc, options, setConnected);
  });

  return {
    isConnected: () => isConnected,
    async connected(signal = closing.signal) {
      const either = AbortSignal.any([signal, closing.signal]);
      while (!live || !isConnected) {
        either.throwIfAborted();
        await once(changes, 'connected', { signal: either });
      }
      return live;
    },
    onConnected(listener) {
      changes.addEventListener('connected', listener);
      return () => changes.removeEventListener('connected', listener);
    },
    async close() {
      closing.abort(new Error('The bus is closed.'));
      await opened;
      // Draining sends the acknowledgements that still wait; without a connection it would wait for ever.
      if (isConnected) await live?.nc.drain().catch(() => live?.nc.close());
      else await live?.nc.close();
      isConnected = false;
    },
  };
}

/** Tries until NATS answers for the first time; from then on the client reconnects by itself. */
async function openConnection(
  options: BusOptions,
  closing: AbortSignal,
  onOpen: (nc: NatsConnection) => Promise<void>,
): Promise<void> {
  const backoff = createBackoff();
  const trouble = createTroubleLog(options.logger);
  while (!closing.aborted) {
    try {
      const nc = await connect(connectionOptions(options));
      if (closing.aborted) return await nc.close();
      await onOpen(nc);
      options.logger.info('Connected to NATS.');
      return;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      trouble.begin(`NATS cannot be reached (${why}). Events wait in the outbox; trying again.`);
      await backoff.pause(closing);
    }
  }
}

async function followConnection(
  nc: NatsConnection,
  { logger }: BusOptions,
  setConnected: (connected: boolean) => void,
): Promise<void> {
  const trouble = createTroubleLog(logger);
  for await (const status of nc.status()) {
    if (status.type === 'disconnect') {
      setConnected(false);
      if (!nc.isClosed())
        trouble.begin('The connection to NATS is lost. Events wait in the outbox; reconnecting.');
    } else if (status.type === 'reconnect') {
      setConnected(true);
      trouble.over('Connected to NATS again.');
    } else if (status.type === 'error') {
      logger.warn({ err: status.error }, 'NATS reports an error.');
    }
  }
}
