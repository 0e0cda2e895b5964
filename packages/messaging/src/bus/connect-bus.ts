import { subjectRoot } from '@deskfleet/contracts';
import type { BusOptions } from './bus-settings.ts';
import { ensureStream, findStream, type StreamState, stateOf, streamDefinition } from './event-stream.ts';
import { type BusConnection, openLiveConnection } from './live-connection.ts';

/** The way to NATS, which may be away at any time, also at the start. */
export interface Bus {
  readonly streamName: string;
  readonly subjectPrefix: string;
  /** Days that the stream keeps events. */
  readonly maxAgeDays: number;
  /** For a readiness check. A service stays ready without NATS: its events wait in the outbox. */
  status(): { connected: boolean; detail: string };
  /** Resolves as soon as NATS is connected. Rejects when `signal` is aborted. */
  connected(signal: AbortSignal): Promise<BusConnection>;
  /** Makes the stream if it is missing. */
  ensureStream(): Promise<StreamState>;
  /** Makes the stream again, empty, unless somebody else has done so since it was `created`. */
  recreateStream(created: string): Promise<StreamState>;
  /** Tells of each new connection to NATS. Returns how to end that. */
  onConnected(listener: () => void): () => void;
  close(): Promise<void>;
}

/**
 * Connects to NATS in the background and stays connected: returns at once and never fails because NATS is away.
 * Each change is told to the log once.
 */
export function connectBus(options: BusOptions): Bus {
  const definition = streamDefinition(options.stream ?? {});
  const connection = openLiveConnection(options);
  return {
    streamName: definition.name,
    subjectPrefix: options.stream?.subjectPrefix ?? subjectRoot,
    maxAgeDays: options.stream?.maxAgeDays ?? 30,
    status() {
      const connected = connection.isConnected();
      const detail = connected ? 'NATS is connected.' : 'NATS cannot be reached; events wait in the outbox.';
      return { connected, detail };
    },
    connected: connection.connected,
    async ensureStream() {
      const { jsm } = await connection.connected();
      return ensureStream(jsm, definition);
    },
    async recreateStream(created) {
      const { jsm } = await connection.connected();
      const found = await findStream(jsm, definition.name);
      if (found && stateOf(found).created === created) await jsm.streams.delete(definition.name);
      return ensureStream(jsm, definition);
    },
    onConnected: connection.onConnected,
    close: connection.close,
  };
}
