import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceSchema } from '@deskfleet/database';
import { type Logger, monotonicMilliseconds } from '@deskfleet/runtime';
import type { Registry } from 'prom-client';
import { createBackoff } from '../backoff.ts';
import type { Bus } from '../bus/connect-bus.ts';
import { messagingMetrics } from '../messaging-metrics.ts';
import { createTroubleLog } from '../trouble-log.ts';
import { drainOutbox, type PublishProgress } from './drain-outbox.ts';
import { type HealOutcome, healStream } from './heal-stream.ts';
import { createOutboxStore } from './outbox-store.ts';
import { openRelayConnection, type RelayConnection } from './relay-connection.ts';
import { createWakeSignal, type WakeSignal } from './wake-signal.ts';

export interface RelayOptions {
  /** Connection URL of the service's role: the relay has a connection of its own. */
  databaseUrl: string;
  schema: ServiceSchema;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
}

export interface Relay {
  /** Finishes the batch that is under way. What is left waits for the next start, or for another replica. */
  stop(): Promise<void>;
}

/** Without a notification the outbox is looked at this often; a replica that stands by tries this often to take over. */
const pollMilliseconds = 1_000;
/** A stream can be deleted while the connection stays; this late it is noticed when nothing is published. */
const streamCheckMilliseconds = 5_000;

/**
 * Publishes a service's outbox to the stream: at least once, and once in the stream, since JetStream knows the message
 * ids of the last two minutes. Several replicas may run: one publishes, the others take over within a second or two.
 */
export function startRelay(options: RelayOptions): Relay {
  const ending = new AbortController();
  const finished = runRelay(options, ending.signal);
  return {
    async stop() {
      ending.abort(new Error('The relay is stopped.'));
      await finished;
    },
  };
}

/** What a relay knows between two rounds. */
interface RelayState {
  connection: RelayConnection | null;
  /** When the stream was last found to hold what it should; null when that has to be looked at before publishing. */
  streamCheckedAt: number | null;
  progress: PublishProgress;
}

async function runRelay(options: RelayOptions, signal: AbortSignal): Promise<void> {
  const { bus, logger } = options;
  const wake = createWakeSignal();
  const backoff = createBackoff();
  const trouble = createTroubleLog(logger);
  const state: RelayState = {
    connection: null,
    streamCheckedAt: null,
    progress: { highestSequence: 0 },
  };
  const offConnected = bus.onConnected(() => {
    // A server that was away may have lost what it had acknowledged.
    state.streamCheckedAt = null;
    wake.wake();
  });
  signal.addEventListener('abort', wake.wake, { once: true });
  while (!signal.aborted) {
    try {
      await publishRound(options, state, { wake, signal });
      trouble.over('Events are published again.');
      backoff.reset();
    } catch (error) {
      if (signal.aborted) break;
      trouble.begin(
        'Events cannot be published at the moment. They wait in the outbox; trying again.',
        error,
      );
      await stepBack(state);
      await backoff.pause(signal);
    }
  }
  offConnected();
  await state.connection?.close();
}

/** Publishes what is there, then rests until there is more. */
async function publishRound(
  options: RelayOptions,
  state: RelayState,
  { wake, signal }: { wake: WakeSignal; signal: AbortSignal },
): Promise<void> {
  const { bus, schema, metrics } = options;
  // Another replica may still reach NATS.
  if (!bus.status().connected) await stepBack(state);
  const { js } = await bus.connected(signal);
  const connection = await openConnection(options, state, wake);
  const store = createOutboxStore(connection.client, schema);
  connection.leading ||= await store.takeLead();
  if (!connection.leading) {
    state.streamCheckedAt = null;
    // Notifications are for the one that publishes.
    await delay(pollMilliseconds, undefined, { signal }).catch(() => {});
    return;
  }
  if (isDue(state.streamCheckedAt)) {
    state.streamCheckedAt = monotonicMilliseconds();
    const healed = await healStream(bus, store, signal);
    state.progress = { highestSequence: healed.lastSequence };
    tellHealing(healed, options);
  }
  const { published } = messagingMetrics(metrics);
  const { progress } = state;
  const onPublished = (count: number) => published.inc({ schema }, count);
  const drained = await drainOutbox({
    store,
    js,
    subjectPrefix: bus.subjectPrefix,
    progress,
    signal,
    onPublished,
  });
  if (drained === 'sequence-fell') state.streamCheckedAt = null;
  else if (!signal.aborted) await wake.rest(pollMilliseconds);
}

async function openConnection(
  { databaseUrl, schema }: RelayOptions,
  state: RelayState,
  wake: WakeSignal,
): Promise<RelayConnection> {
  if (state.connection === null || state.connection.isLost()) {
    state.connection = await openRelayConnection({
      databaseUrl,
      schema,
      onRows: wake.wake,
      onLost: wake.wake,
    });
  }
  return state.connection;
}

async function stepBack(state: RelayState): Promise<void> {
  state.streamCheckedAt = null;
  await state.connection?.close();
  state.connection = null;
}

function isDue(checkedAt: number | null): boolean {
  return checkedAt === null || monotonicMilliseconds() - checkedAt > streamCheckMilliseconds;
}

function tellHealing({ verdict, republished }: HealOutcome, { schema, logger, metrics }: RelayOptions): void {
  if (verdict === 'same' || verdict === 'first-seen') return;
  messagingMetrics(metrics).streamHealed.inc({ schema });
  const what = verdict === 'recreated' ? 'is a new one' : 'has lost messages and was made again';
  logger.warn(
    { republished },
    `The event stream ${what}. Publishing ${republished} events of the last days again.`,
  );
}
