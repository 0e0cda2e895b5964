import type { Logger } from '@deskfleet/runtime';
import { type ConsumerMessages, DeliverPolicy } from '@nats-io/jetstream';
import { createBackoff } from '../backoff.ts';
import type { Bus } from '../bus/connect-bus.ts';
import { createTroubleLog } from '../trouble-log.ts';
import { epochOf, type LiveEvent, readLiveEvent } from './live-event.ts';
import { type EventRange, type RangeRequest, readRange } from './read-range.ts';

export interface LiveReaderOptions {
  bus: Bus;
  /** Called for every event in the order of the stream, beginning with those published after the start. */
  onEvent: (event: LiveEvent) => void;
  /** The stream was made again: positions of the old one mean nothing, and what was missed cannot be told. */
  onReset: (epoch: string) => void;
  logger: Logger;
}

export interface LiveReader {
  /** Resolves once new events are being received for the first time. Rejects when stopped before. */
  ready: Promise<void>;
  /** The place reached in the stream; null before `ready`. */
  position(): { epoch: string; sequence: number } | null;
  /** Older events. @throws when NATS is away. */
  readRange(request: RangeRequest): Promise<EventRange>;
  stop(): Promise<void>;
}

interface Position {
  epoch: string;
  sequence: number;
}

const pullMilliseconds = 10_000;

/**
 * Reads all events from now on with an ephemeral consumer of its own, for replicas that each must see everything. After
 * a loss of the connection it goes on behind the last event that it has told.
 */
export function startLiveReader(options: LiveReaderOptions): LiveReader {
  const ending = new AbortController();
  const { signal } = ending;
  const ready = Promise.withResolvers<void>();
  // Nobody has to wait for it.
  ready.promise.catch(() => {});
  const state: { position: Position | null } = { position: null };
  const finished = followStream(options, state, ready.resolve, signal);
  return {
    ready: ready.promise,
    position: () => state.position && { ...state.position },
    readRange: (request) => readRange(options.bus, request, signal),
    async stop() {
      ending.abort(new Error('The live reader is stopped.'));
      ready.reject(signal.reason);
      await finished;
    },
  };
}

async function followStream(
  { bus, onEvent, onReset, logger }: LiveReaderOptions,
  state: { position: Position | null },
  onReady: () => void,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff();
  const trouble = createTroubleLog(logger);
  while (!signal.aborted) {
    try {
      const position = await takePosition(bus, state, onReset);
      const messages = await subscribe(bus, position.sequence + 1, signal);
      onReady();
      trouble.over('The live stream receives events again.');
      backoff.reset();
      await receive(messages, { position, onEvent, signal });
    } catch (error) {
      if (signal.aborted) break;
      trouble.begin('The live stream receives no events at the moment; trying again.', error);
      await backoff.pause(signal);
    }
  }
}

/** Where to go on. In a stream that was made again everything so far is covered by the reading again that a reset asks for. */
async function takePosition(
  bus: Bus,
  state: { position: Position | null },
  onReset: (epoch: string) => void,
): Promise<Position> {
  const stream = await bus.ensureStream();
  const epoch = epochOf(stream.created);
  const before = state.position;
  if (before?.epoch === epoch) return before;
  const position = { epoch, sequence: stream.lastSequence };
  state.position = position;
  if (before) onReset(epoch);
  return position;
}

async function subscribe(bus: Bus, fromSequence: number, signal: AbortSignal): Promise<ConsumerMessages> {
  const { js } = await bus.connected(signal);
  const consumer = await js.consumers.get(bus.streamName, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: fromSequence,
  });
  return consumer.consume({
    max_messages: 1_000,
    expires: pullMilliseconds,
    abort_on_missing_resource: true,
  });
}

interface Receiving {
  position: Position;
  onEvent: (event: LiveEvent) => void;
  signal: AbortSignal;
}

async function receive(messages: ConsumerMessages, { position, onEvent, signal }: Receiving): Promise<void> {
  const stop = () => void messages.close();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const message of messages) {
      const live = readLiveEvent(message, position.epoch);
      position.sequence = message.seq;
      if (live) onEvent(live);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await messages.close();
  }
}
