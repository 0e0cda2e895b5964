import { DateTime } from 'luxon';
import { type Clock, monotonicMilliseconds, systemClock } from './clock.ts';

export interface DatabaseClockOptions {
  /** Seconds between two samples of the database's time; 30 unless told, as crystals drift by microseconds a second. */
  intervalSeconds?: number;
  /** Told once when the database stops telling the time; the clock then goes on from what it knew. */
  onUnavailable?: (error: unknown) => void;
}

/** A clock that runs in all replicas alike, whatever their machines believe. */
export interface DatabaseClock extends Clock {
  /** Asks the database now. Rejects when it does not answer; the last known offset stays. */
  sample(): Promise<void>;
  stop(): void;
}

/**
 * Follows the database's clock: each sample relates it to this process's monotonic clock, assuming that the answer
 * took half the round trip. A jump of the machine's clock does not move it, and it goes on while the database is away.
 * Until the first sample succeeds it tells the machine's time.
 */
export function createDatabaseClock(
  queryNow: () => Promise<Date | string>,
  { intervalSeconds = 30, onUnavailable }: DatabaseClockOptions = {},
): DatabaseClock {
  let offset = systemClock.now().toMillis() - monotonicMilliseconds();
  let available = true;

  async function sample(): Promise<void> {
    const asked = monotonicMilliseconds();
    const told = await queryNow();
    const answered = monotonicMilliseconds();
    const databaseTime = typeof told === 'string' ? DateTime.fromISO(told) : DateTime.fromJSDate(told);
    if (!databaseTime.isValid)
      throw new Error(`The database told a time that cannot be read: ${String(told)}`);
    offset = databaseTime.toMillis() - (asked + answered) / 2;
  }

  const sampleQuietly = () =>
    sample().then(
      () => {
        available = true;
      },
      (error: unknown) => {
        if (available) onUnavailable?.(error);
        available = false;
      },
    );
  const timer = setInterval(sampleQuietly, intervalSeconds * 1_000);
  timer.unref();
  return {
    now: () => DateTime.fromMillis(Math.round(offset + monotonicMilliseconds()), { zone: 'utc' }),
    sample,
    stop: () => clearInterval(timer),
  };
}
