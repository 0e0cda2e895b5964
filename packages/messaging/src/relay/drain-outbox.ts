import { failpoint } from '@deskfleet/runtime';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { Acknowledged, OutboxRow, OutboxStore } from './outbox-store.ts';
import { type PublishOutcome, publishRows } from './publish-rows.ts';

export interface PublishProgress {
  /** The highest sequence that the stream has given this service's messages; 0 for none. */
  highestSequence: number;
}

export interface Drain {
  store: OutboxStore;
  js: JetStreamClient;
  subjectPrefix: string;
  progress: PublishProgress;
  /** No further batch is begun once it is aborted. */
  signal: AbortSignal;
  onPublished: (count: number) => void;
}

/** Rows published at once: enough to keep JetStream busy, few enough to be acknowledged within a moment. */
const batchSize = 500;

/**
 * Publishes until nothing is left, or until the stream gives a lower sequence than before: then it is another stream,
 * and what it should hold has to be looked at. While one batch is on its way, the batch before it is marked and the next
 * is read, so that neither server waits for the other.
 * @throws the first failure, when all that was acknowledged is marked.
 */
export async function drainOutbox(drain: Drain): Promise<'empty' | 'sequence-fell'> {
  const { store, progress, signal } = drain;
  let batch = await store.pending('0', batchSize);
  let unmarked: Acknowledged | null = null;
  while (batch.length > 0) {
    // A row that commits late may have a lower seq; the next round begins at the start again.
    const lastSeq = batch.at(-1)?.seq ?? '0';
    const [outcome, next]: [PublishOutcome, OutboxRow[], unknown] = await Promise.all([
      publish(drain, batch),
      signal.aborted ? [] : store.pending(lastSeq, batchSize),
      mark(store, unmarked),
    ]);
    unmarked = outcome.acknowledged;
    if (outcome.failure) {
      await mark(store, unmarked);
      throw outcome.failure;
    }
    if (outcome.lowestNewSequence !== null && outcome.lowestNewSequence <= progress.highestSequence) {
      // Not marked: the sequences belong to a stream that is yet to be judged.
      return 'sequence-fell';
    }
    progress.highestSequence = Math.max(progress.highestSequence, unmarked.lastSequence);
    batch = next;
  }
  await mark(store, unmarked);
  return 'empty';
}

async function publish({ js, subjectPrefix, onPublished }: Drain, rows: readonly OutboxRow[]) {
  failpoint('messaging.relay.before-publish');
  const outcome = await publishRows(js, subjectPrefix, rows);
  failpoint('messaging.relay.after-publish');
  onPublished(outcome.acknowledged.ids.length);
  return outcome;
}

async function mark(store: OutboxStore, acknowledged: Acknowledged | null): Promise<void> {
  if (acknowledged === null || acknowledged.ids.length === 0) return;
  await store.markPublished(acknowledged);
  failpoint('messaging.relay.after-mark');
}
