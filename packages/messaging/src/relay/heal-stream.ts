import { systemClock } from '@deskfleet/runtime';
import { JetStreamApiError } from '@nats-io/jetstream';
import type { Bus } from '../bus/connect-bus.ts';
import type { StreamState } from '../bus/event-stream.ts';
import { judgeStream, type RememberedStream, type StreamVerdict } from './judge-stream.ts';
import { keepPublishedHours, type OutboxStore } from './outbox-store.ts';

export interface HealOutcome {
  verdict: StreamVerdict;
  /** Rows that will be published again. */
  republished: number;
  /** Sequence of the newest message of this service that the stream holds, as far as is known. */
  lastSequence: number;
}

/**
 * Compares the stream with what is remembered of it, before anything is published to it. A stream that lost messages
 * is made again, since its sequences would be given twice and consumers would wait beyond its end; then every service
 * publishes the rows that it still has. Services take turns, so that only the first makes the stream again.
 */
export async function healStream(bus: Bus, store: OutboxStore, signal: AbortSignal): Promise<HealOutcome> {
  return store.exclusively(async () => {
    const stream = await bus.ensureStream();
    const remembered = await store.remembered();
    const verdict = judgeStream(
      remembered,
      stream,
      await ownerAt({ bus, store, remembered, stream, signal }),
    );
    switch (verdict) {
      case 'same':
        return { verdict, republished: 0, lastSequence: remembered?.lastSequence ?? 0 };
      case 'first-seen':
        await store.remember(stream);
        return { verdict, republished: 0, lastSequence: 0 };
      case 'recreated':
        return { verdict, republished: await store.startOver(stream), lastSequence: 0 };
      case 'behind':
        return {
          verdict,
          republished: await store.startOver(await bus.recreateStream(stream.created)),
          lastSequence: 0,
        };
      default:
        return verdict satisfies never;
    }
  });
}

interface Position {
  bus: Bus;
  store: OutboxStore;
  remembered: RememberedStream | null;
  stream: StreamState;
  signal: AbortSignal;
}

/** Messages younger than this are still in the outbox of the service that sent them. */
const surelyKeptHours = keepPublishedHours - 1;

/** Whose message the stream has at the remembered sequence. Unknown when it is gone, or so old that its row may be. */
async function ownerAt({
  bus,
  store,
  remembered,
  stream,
  signal,
}: Position): Promise<'ours' | 'foreign' | 'unknown'> {
  const seq = remembered?.lastSequence ?? 0;
  if (seq < Math.max(stream.firstSequence, 1) || seq > stream.lastSequence) return 'unknown';
  const { jsm } = await bus.connected(signal);
  const message = await jsm.streams.getMessage(bus.streamName, { seq }).catch((error: unknown) => {
    if (error instanceof JetStreamApiError) return null;
    throw error;
  });
  if (message === null) return 'unknown';
  if (await store.has(message.header.get('Nats-Msg-Id'))) return 'ours';
  const ageHours = (systemClock.now().toMillis() - message.time.getTime()) / 3_600_000;
  return ageHours < surelyKeptHours ? 'foreign' : 'unknown';
}
