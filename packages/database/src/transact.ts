import { failpoint } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import type { DatabaseTransaction } from './connect-database.ts';
import type { Database } from './tables/database.ts';

/**
 * Runs `work` in one transaction. `name` names its failpoints, `<name>.before-commit` and `<name>.after-commit`, by which
 * tests crash the process at the two moments that matter.
 */
export async function transact<Result>(
  db: Kysely<Database>,
  name: string,
  work: (trx: DatabaseTransaction) => Promise<Result>,
): Promise<Result> {
  const result = await db.transaction().execute(async (trx) => {
    const done = await work(trx);
    failpoint(`${name}.before-commit`);
    return done;
  });
  failpoint(`${name}.after-commit`);
  return result;
}
