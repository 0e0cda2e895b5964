import type { Database } from '@deskfleet/database';
import type { Logger } from '@deskfleet/runtime';
import { type Kysely, sql } from 'kysely';
import { idempotencyHours } from './admission-facts.ts';

const intervalMilliseconds = 10 * 60_000;

/** Deletes answers that are not given again any more. Returns how many. */
export async function pruneAnswers(db: Kysely<Database>): Promise<number> {
  const result = await db
    .deleteFrom('api_gateway.idempotency_keys')
    .where('created_at', '<', sql<Date>`now() - make_interval(hours => ${idempotencyHours})`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Does so every ten minutes. Returns how to end that. */
export function startPruningAnswers(db: Kysely<Database>, logger: Logger): () => void {
  const timer = setInterval(() => {
    pruneAnswers(db).catch((err) =>
      logger.warn({ err }, 'Old answers could not be deleted; trying again later.'),
    );
  }, intervalMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
