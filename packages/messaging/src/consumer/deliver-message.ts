import type { EventType } from '@deskfleet/contracts';
import type { Logger } from '@deskfleet/runtime';
import type { JsMsg } from '@nats-io/jetstream';
import { createBackoff } from '../backoff.ts';
import type { MessagingMetrics } from '../messaging-metrics.ts';
import { createTroubleLog } from '../trouble-log.ts';
import { type Delivery, handleMessage, type MessageHandling, type Outcome } from './handle-message.ts';
import { isPassing } from './passing-failure.ts';
import { retryDelayMilliseconds } from './retry-delay.ts';

export interface DelivererOptions<T extends EventType> {
  handling: MessageHandling<T>;
  /** Messages handled at the same time. */
  concurrency: number;
  /** While a message is worked on, JetStream is told so this often. */
  workingMilliseconds: number;
  metrics: MessagingMetrics;
  logger: Logger;
  signal: AbortSignal;
}

export interface Deliverer {
  /** Resolves when there is room for another message; then this one is under way. */
  begin(message: JsMsg): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Handles messages, a few at a time, and tells JetStream what became of each. */
export function createDeliverer<T extends EventType>(options: DelivererOptions<T>): Deliverer {
  const underWay = new Set<Promise<void>>();
  const trouble = createTroubleLog(options.logger);
  return {
    async begin(message) {
      const done: Promise<void> = deliver(options, message, trouble).finally(() => underWay.delete(done));
      underWay.add(done);
      if (underWay.size >= options.concurrency) await Promise.race(underWay);
    },
    async idle() {
      await Promise.all(underWay);
    },
  };
}

async function deliver<T extends EventType>(
  options: DelivererOptions<T>,
  message: JsMsg,
  trouble: ReturnType<typeof createTroubleLog>,
): Promise<void> {
  const working = setInterval(() => message.working(), options.workingMilliseconds);
  try {
    const outcome = await handleUntilClear(options, message, trouble);
    if (outcome) acknowledge(message, outcome, options);
    // The process is ending while Postgres is away: another replica may do better.
    else message.nak();
  } catch (err) {
    options.logger.error({ err }, 'A message could not be handled for an unforeseen reason; it comes again.');
    message.nak(retryDelayMilliseconds(1));
  } finally {
    clearInterval(working);
  }
}

/**
 * While Postgres is away the message is kept and tried again, which also keeps the messages behind it from being
 * taken: that is the consumer's pause. Null when the process ends meanwhile.
 */
async function handleUntilClear<T extends EventType>(
  { handling, signal }: DelivererOptions<T>,
  message: JsMsg,
  trouble: ReturnType<typeof createTroubleLog>,
): Promise<Outcome | null> {
  const incoming = {
    subject: message.subject,
    payload: message.string(),
    position: `${message.info.stream} ${message.timestamp} ${message.seq}`,
  };
  const delivery: Delivery = { attempt: null };
  const backoff = createBackoff();
  for (;;) {
    try {
      const outcome = await handleMessage(handling, incoming, delivery);
      trouble.over('Events are handled again.');
      return outcome;
    } catch (error) {
      if (!isPassing(error)) throw error;
      trouble.begin(
        'Events cannot be handled at the moment, as Postgres does not answer. Trying again.',
        error,
      );
      if (signal.aborted) return null;
      await backoff.pause(signal);
    }
  }
}

function acknowledge<T extends EventType>(
  message: JsMsg,
  outcome: Outcome,
  options: DelivererOptions<T>,
): void {
  const consumer = options.handling.durable;
  options.metrics.handled.inc({ consumer, outcome: outcome.kind });
  switch (outcome.kind) {
    case 'handled':
    case 'duplicate':
      message.ack();
      break;
    case 'retry':
      message.nak(retryDelayMilliseconds(outcome.attempt));
      break;
    case 'dead':
      options.metrics.deadLetters.inc({ consumer });
      // Without a reason: NATS before 2.10 does not understand one and delivers again.
      message.term();
      break;
    default:
      outcome satisfies never;
  }
}
