import { type DeskfleetEvent, type EventType, subjectFilterOf } from '@deskfleet/contracts';
import type { Database, DatabaseTransaction, ServiceSchema } from '@deskfleet/database';
import type { Logger } from '@deskfleet/runtime';
import { AckPolicy, type ConsumerMessages, DeliverPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { createBackoff } from '../backoff.ts';
import type { Bus } from '../bus/connect-bus.ts';
import { readEvent } from '../event-schemas.ts';
import { messagingMetrics } from '../messaging-metrics.ts';
import { createTroubleLog } from '../trouble-log.ts';
import { createDeliverer, type Deliverer } from './deliver-message.ts';
import { createInbox } from './inbox.ts';

export interface ConsumerOptions<T extends EventType> {
  bus: Bus;
  db: Kysely<Database>;
  /** The schema whose inbox and dead letters are used. */
  schema: ServiceSchema;
  /** Name of the JetStream consumer, shared by all replicas; letters, digits and hyphens. */
  durable: string;
  type: T;
  /**
   * The effect, in the transaction that also makes the event handled. It must do nothing outside of it, as it may be
   * undone and done again.
   */
  handle: (event: DeskfleetEvent<T>, trx: DatabaseTransaction) => Promise<void>;
  /** Failures of `handle` until the event becomes a dead letter; 10 unless told. */
  maxAttempts?: number;
  /** Events handled at the same time; 8 unless told. Each takes a connection of the pool. */
  concurrency?: number;
  logger: Logger;
  metrics: Registry;
}

export interface Consumer {
  readonly durable: string;
  /**
   * Handles a payload in a transaction of the caller's, whatever the inbox says.
   * @throws what `handle` throws, and an Error when the payload is not an event of this consumer's type.
   */
  replay(payload: string, trx: DatabaseTransaction): Promise<void>;
  /** Takes no more events and finishes those under way. */
  stop(): Promise<void>;
}

/** JetStream delivers again what is not acknowledged for this long; a message under way is announced three times in it. */
const ackWaitMilliseconds = 30_000;
/** A pull lasts this long; half of it without a sign of life makes the client look after its consumer. */
const pullMilliseconds = 10_000;

/** Handles the events of one type by a durable consumer: each once, although deliveries repeat. */
export function startConsumer<T extends EventType>(options: ConsumerOptions<T>): Consumer {
  const { db, schema, durable, type, handle, maxAttempts = 10, concurrency = 8 } = options;
  const logger = options.logger.child({ consumer: durable });
  const ending = new AbortController();
  const deliverer = createDeliverer({
    handling: {
      db,
      schema,
      durable,
      type,
      handle,
      maxAttempts,
      inbox: createInbox(db, schema, durable),
      logger,
    },
    concurrency,
    workingMilliseconds: ackWaitMilliseconds / 3,
    metrics: messagingMetrics(options.metrics),
    logger,
    signal: ending.signal,
  });
  const finished = runConsumer({ ...options, logger, concurrency }, deliverer, ending.signal);
  return {
    durable,
    async replay(payload, trx) {
      const read = readEvent(type, payload);
      if (!read.ok) throw new Error(read.fault);
      await handle(read.event, trx);
    },
    async stop() {
      ending.abort(new Error('The consumer is stopped.'));
      await finished;
    },
  };
}

type RunningOptions<T extends EventType> = ConsumerOptions<T> & { concurrency: number };

/** Subscribes, and again whenever NATS, the stream or the consumer went away. */
async function runConsumer<T extends EventType>(
  options: RunningOptions<T>,
  deliverer: Deliverer,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff();
  const trouble = createTroubleLog(options.logger);
  while (!signal.aborted) {
    try {
      const messages = await subscribe(options, signal);
      trouble.over('The consumer receives events again.');
      backoff.reset();
      await receive(messages, deliverer, signal);
    } catch (error) {
      if (signal.aborted) break;
      trouble.begin('The consumer receives no events at the moment; trying again.', error);
      await backoff.pause(signal);
    }
  }
  await deliverer.idle();
}

async function subscribe<T extends EventType>(
  { bus, durable, type, concurrency }: RunningOptions<T>,
  signal: AbortSignal,
): Promise<ConsumerMessages> {
  const { js, jsm } = await bus.connected(signal);
  await bus.ensureStream();
  await jsm.consumers.add(bus.streamName, {
    durable_name: durable,
    filter_subject: subjectFilterOf(type, bus.subjectPrefix),
    ack_policy: AckPolicy.Explicit,
    // A consumer that is made again starts at the oldest event: the inbox knows what has been handled.
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(ackWaitMilliseconds),
    // Giving up is our decision, recorded in dead_letters.
    max_deliver: -1,
  });
  const consumer = await js.consumers.get(bus.streamName, durable);
  return consumer.consume({
    // What waits in the client is not lost to other replicas for long, and is handled well within ack_wait.
    max_messages: concurrency * 4,
    expires: pullMilliseconds,
    abort_on_missing_resource: true,
  });
}

async function receive(messages: ConsumerMessages, deliverer: Deliverer, signal: AbortSignal): Promise<void> {
  const stop = () => void messages.close();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const message of messages) {
      if (signal.aborted) message.nak();
      else await deliverer.begin(message);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await messages.close();
  }
}
