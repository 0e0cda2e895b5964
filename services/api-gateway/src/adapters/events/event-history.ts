import type { LiveReader } from '@deskfleet/messaging';
import type { EventHistory } from '../../application/follow-events.ts';

type Range = Awaited<ReturnType<LiveReader['readRange']>>;

/** Events that are read at once. */
const block = 200;

/**
 * Reads older events for all listeners of this replica, one block after the other: those who come back together, as
 * after an outage, are served by the same reads.
 */
export function createEventHistory(readRange: LiveReader['readRange']): EventHistory {
  const underWay = new Map<number, Promise<Range>>();
  let last: Promise<unknown> = Promise.resolve();

  function readBlock(number: number): Promise<Range> {
    const known = underWay.get(number);
    if (known) return known;
    const reading = last
      .then(() => readRange({ fromSequence: number * block + 1, limit: block }))
      .finally(() => underWay.delete(number));
    underWay.set(number, reading);
    last = reading.catch(() => {});
    return reading;
  }

  return {
    async read({ epoch, sequence }) {
      const range = await readBlock(Math.floor(sequence / block));
      if (range.epoch !== epoch || range.firstSequence > sequence + 1) return null;
      return {
        events: range.events.filter((each) => each.sequence > sequence),
        reached: range.nextSequence - 1,
      };
    },
  };
}
