import { DeliverPolicy } from '@nats-io/jetstream';
import type { Bus } from '../bus/connect-bus.ts';
import { epochOf, type LiveEvent, readLiveEvent } from './live-event.ts';

export interface RangeRequest {
  fromSequence: number;
  /** Messages read at most. */
  limit: number;
}

export interface EventRange {
  epoch: string;
  events: LiveEvent[];
  /** Where to go on: the sequence after the last message that was looked at. */
  nextSequence: number;
  /** The oldest sequence that the stream still has: what is older cannot be read any more. */
  firstSequence: number;
  lastSequence: number;
}

/** A local stream answers within milliseconds; a fetch that gets less than it asked for waits this long. */
const fetchMilliseconds = 5_000;

/**
 * Reads events that are not new any more, in the order of the stream.
 * @throws when NATS is away.
 */
export async function readRange(
  bus: Bus,
  { fromSequence, limit }: RangeRequest,
  signal: AbortSignal,
): Promise<EventRange> {
  const stream = await bus.ensureStream();
  const epoch = epochOf(stream.created);
  const { firstSequence, lastSequence } = stream;
  const from = Math.max(fromSequence, firstSequence, 1);
  const range: EventRange = { epoch, events: [], nextSequence: from, firstSequence, lastSequence };
  if (from > lastSequence) return range;
  const { js } = await bus.connected(signal);
  const consumer = await js.consumers.get(bus.streamName, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
  });
  try {
    // Deleted messages leave gaps, so that fewer may come than the numbers promise: what is pending says when to end.
    const messages = await consumer.fetch({
      max_messages: Math.min(limit, lastSequence - from + 1),
      expires: fetchMilliseconds,
    });
    for await (const message of messages) {
      const live = readLiveEvent(message, epoch);
      if (live) range.events.push(live);
      range.nextSequence = message.seq + 1;
      if (message.info.pending === 0 || message.seq >= lastSequence) break;
    }
  } finally {
    await consumer.delete().catch(() => {});
  }
  return range;
}
