import { DateTime } from 'luxon';

/** Tells the time, in UTC. Rules take `now` as an argument; whoever calls them asks a clock. */
export interface Clock {
  now(): DateTime;
}

/** The clock of this machine. Replicas may disagree: what they compare with each other takes the database's clock. */
export const systemClock: Clock = {
  now: () => DateTime.utc(),
};

/** Milliseconds since an arbitrary start, which no change of the machine's time moves. For measuring how long. */
export function monotonicMilliseconds(): number {
  return performance.now();
}
