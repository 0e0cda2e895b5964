import type { CloudEvent } from '@deskfleet/contracts';
import type { StreamPosition } from '../domain/stream-position.ts';

export interface FeedEvent {
  sequence: number;
  event: CloudEvent;
}

/** What follows a position: events, nothing yet, or a gap that memory cannot fill. */
export type Following = { kind: 'events'; events: FeedEvent[] } | { kind: 'older' } | { kind: 'other-epoch' };

/**
 * The recent events of the stream in memory, for every listener of this replica. It is fed by one reader, whatever the
 * number of listeners; each listener only remembers how far it has come.
 */
export interface EventFeed {
  /** The end of what is known; null until the stream has been reached for the first time. */
  position(): StreamPosition | null;
  /** Begins at a position: what comes after it will be pushed. Another epoch forgets everything. */
  begin(position: StreamPosition): void;
  push(event: FeedEvent): void;
  /** At most `limit` events after a position. */
  after(position: StreamPosition, limit: number): Following;
  /** Resolves when there may be more than before, or when the signal is aborted. */
  changed(signal: AbortSignal): Promise<void>;
}

/** Keeps at most `capacity` events: at some 2 kB each, 10,000 take 20 MB and last for minutes of a busy fleet. */
export function createEventFeed(capacity: number): EventFeed {
  let epoch: string | null = null;
  /** Everything after this number, up to the last of `ring`, is in `ring`. */
  let coveredAfter = 0;
  let ring: FeedEvent[] = [];
  const changes = createChangeSignal();

  const lastSequence = () => ring.at(-1)?.sequence ?? coveredAfter;
  return {
    position: () => (epoch === null ? null : { epoch, sequence: lastSequence() }),
    begin(position) {
      if (position.epoch === epoch && position.sequence === lastSequence()) return;
      epoch = position.epoch;
      coveredAfter = position.sequence;
      ring = [];
      changes.tell();
    },
    push(event) {
      if (event.sequence <= lastSequence()) return;
      ring.push(event);
      // Cutting a tenth at a time keeps the cost of each event constant.
      if (ring.length > capacity * 1.1) {
        const forgotten = ring.splice(0, ring.length - capacity);
        coveredAfter = forgotten.at(-1)?.sequence ?? coveredAfter;
      }
      changes.tell();
    },
    after(position, limit) {
      if (position.epoch !== epoch) return { kind: 'other-epoch' };
      if (position.sequence < coveredAfter) return { kind: 'older' };
      const start = firstAfter(ring, position.sequence);
      return { kind: 'events', events: ring.slice(start, start + limit) };
    },
    changed: changes.next,
  };
}

/** Wakes everybody who waits for the next change. */
function createChangeSignal() {
  let waiting = Promise.withResolvers<void>();
  return {
    tell() {
      waiting.resolve();
      waiting = Promise.withResolvers();
    },
    /** Resolves at the next change, or when the signal is aborted. */
    next(signal: AbortSignal): Promise<void> {
      if (signal.aborted) return Promise.resolve();
      const { promise } = waiting;
      return new Promise((resolve) => {
        const settle = () => {
          signal.removeEventListener('abort', settle);
          resolve();
        };
        signal.addEventListener('abort', settle);
        promise.then(settle);
      });
    },
  };
}

/** Index of the first event after a sequence number, by halving: listeners ask for it with every event. */
function firstAfter(events: readonly FeedEvent[], sequence: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.sequence ?? 0) <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
