import type { Database } from '@deskfleet/database';
import type { Clock, Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import { pruneTokens } from './prune-tokens.ts';

export interface TokenPruningOptions {
  db: Kysely<Database>;
  clock: Clock;
  logger: Logger;
}

/** Expired tokens are refused whether or not their records are there, so this is about space only. */
const intervalMinutes = 10;

/** Deletes the records of expired tokens now and then. */
export function startTokenPruning({ db, clock, logger }: TokenPruningOptions): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const prune = async () => {
    try {
      const deleted = await pruneTokens(db, clock.now());
      if (deleted > 0) logger.info({ deleted }, 'Records of expired tokens were deleted.');
    } catch (err) {
      logger.warn({ err }, 'Records of expired tokens could not be deleted; trying again later.');
    }
  };
  const timer = setInterval(() => {
    running = running.then(prune);
  }, intervalMinutes * 60_000);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return running;
    },
  };
}
