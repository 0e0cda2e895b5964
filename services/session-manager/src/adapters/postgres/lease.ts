import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { Lease } from '../../application/reconcile-loop.ts';

/** Longer than any one call to AWS may take (adapters/aws/aws-clients.ts). */
const leaseSeconds = 15;

/** A lease row in database time: of several replicas one acts, and another follows when it is silent. */
export function createLease(db: Kysely<Database>, name: string, holder: string): Lease {
  return {
    async hold() {
      const expires = sql<Date>`now() + make_interval(secs => ${leaseSeconds})`;
      const row = await db
        .insertInto('session_manager.leases')
        .values({ name, holder, expires_at: expires })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, expires_at: expires })
            .where((eb) =>
              eb.or([
                eb('session_manager.leases.holder', '=', holder),
                eb('session_manager.leases.expires_at', '<', sql<Date>`now()`),
              ]),
            ),
        )
        .returning('holder')
        .executeTakeFirst();
      return row !== undefined;
    },

    async release() {
      await db
        .deleteFrom('session_manager.leases')
        .where('name', '=', name)
        .where('holder', '=', holder)
        .execute();
    },
  };
}
