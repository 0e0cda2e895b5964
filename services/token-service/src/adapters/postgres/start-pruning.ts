import type { Database } from '@deskfleet/database';
import type { Clock, Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import type { Duration } from 'luxon';
import { type PrunedTable, pruneRecords } from './prune-records.ts';

export interface PruningOptions {
  db: Kysely<Database>;
  clock: Clock;
  logger: Logger;
  /** How long connections and denials are kept. */
  keepLog: Duration;
}

/** Expired tokens are refused whether or not their records are there, and nobody waits for the log: this is about space. */
const intervalMinutes = 10;

/** Deletes the records of expired tokens, and what the log of connections has kept long enough, now and then. */
export function startPruning(options: PruningOptions): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => pruneAll(options));
  }, intervalMinutes * 60_000);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return running;
    },
  };
}

/** One look at everything; what cannot be deleted is tried again at the next. */
export async function pruneAll({ db, clock, logger, keepLog }: PruningOptions): Promise<void> {
  const now = clock.now();
  const oldLog = now.minus(keepLog);
  const work: [PrunedTable, upTo: typeof now][] = [
    ['dcv_tokens', now],
    ['dcv_connections', oldLog],
    ['denied_connections', oldLog],
  ];
  for (const [table, upTo] of work) {
    try {
      const deleted = await pruneRecords(db, table, upTo);
      if (deleted > 0) logger.info({ table, deleted }, 'Old records were deleted.');
    } catch (err) {
      logger.warn({ err, table }, 'Old records could not be deleted; trying again later.');
    }
  }
}
