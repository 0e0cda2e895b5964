import { type Bus, type LiveEvent, type LiveReader, startLiveReader } from '@deskfleet/messaging';
import type { Logger } from '@deskfleet/runtime';
import type { EventFeed } from '../../application/event-feed.ts';

export interface FeedOptions {
  bus: Bus;
  feed: EventFeed;
  /** Events before the start that the feed shall have: what clients of a restarted replica ask for. */
  backlog: number;
  logger: Logger;
}

/** Keeps the feed filled from the stream, with one reader for all listeners of this replica. */
export function feedLiveEvents({ bus, feed, backlog, logger }: FeedOptions): LiveReader {
  // What comes while the backlog is read; null once that is in the feed.
  let waiting: LiveEvent[] | null = [];
  const reader = startLiveReader({
    bus,
    logger,
    onEvent: (event) => (waiting ? waiting.push(event) : feed.push(event)),
    onReset: () => {
      const position = reader.position();
      if (waiting) waiting = [];
      else if (position) feed.begin(position);
    },
  });

  async function begin(): Promise<void> {
    const start = reader.position();
    if (!start) return;
    const older = await readBacklog(reader, { after: start.sequence - backlog, through: start.sequence });
    // Another stream has taken the place of the one that was read.
    if (reader.position()?.epoch !== start.epoch) return begin();
    feed.begin({ epoch: start.epoch, sequence: older.begins });
    for (const event of [...older.events, ...(waiting ?? [])]) feed.push(event);
    waiting = null;
  }
  // Rejects only when the reader is stopped before it was ready.
  reader.ready.then(begin).catch(() => {});
  return reader;
}

/** The events of a range, and the number after which none is missing; none when they cannot be read. */
async function readBacklog(
  reader: LiveReader,
  { after, through }: { after: number; through: number },
): Promise<{ begins: number; events: LiveEvent[] }> {
  const events: LiveEvent[] = [];
  let begins = Math.max(after, 0);
  let next = begins + 1;
  try {
    while (next <= through) {
      const range = await reader.readRange({ fromSequence: next, limit: 1_000 });
      begins = Math.max(begins, Math.min(range.firstSequence - 1, through));
      events.push(...range.events);
      if (range.nextSequence <= next) break;
      next = range.nextSequence;
    }
    return { begins, events };
  } catch {
    // Clients that resume are served from the stream then.
    return { begins: through, events: [] };
  }
}
