import { type Database, transact } from '@deskfleet/database';
import type { Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import { becomeStack } from './become-stack.ts';

/** An event that tells of an available image comes at once; what it missed waits so long. */
const intervalMilliseconds = 30_000;

/** Makes software stacks of all images that are available and have not become one; one that fails delays no other. */
export async function catchUpImages(db: Kysely<Database>, logger: Logger): Promise<void> {
  const rows = await db
    .selectFrom('api_gateway.images as i')
    .innerJoin('session_manager.images as m', 'm.id', 'i.id')
    .where('i.became_stack_at', 'is', null)
    .where('m.state', '=', 'available')
    .select('i.id')
    .execute();
  for (const { id } of rows) {
    await transact(db, 'api-gateway.image-becomes-stack', (trx) => becomeStack(trx, id)).catch((err) =>
      logger.warn({ err, imageId: id }, 'An image could not become a software stack; trying again later.'),
    );
  }
}

/** Does so now and every half minute: the rows decide, events only make it quicker. Returns how to end that. */
export function startCatchingUpImages(db: Kysely<Database>, logger: Logger): () => void {
  const catchUp = () =>
    catchUpImages(db, logger).catch((err) =>
      logger.warn({ err }, 'It is not known which images are available; asking again later.'),
    );
  void catchUp();
  const timer = setInterval(catchUp, intervalMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
