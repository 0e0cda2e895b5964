import { type Database, transact } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { SubnetStore } from '../../application/refresh-subnets.ts';
import { secondsSinceRefresh } from './seconds-since-refresh.ts';

/** The subnets that desktops are launched in, for session-manager itself and for the gateway. */
export function createSubnetTable(db: Kysely<Database>): SubnetStore {
  return {
    ageSeconds: () => secondsSinceRefresh(db, 'session_manager.subnets'),

    replaceAll: (subnets, now) =>
      transact(db, 'session-manager.refresh-subnets', async (trx) => {
        const rows = subnets.map(({ id, zone, cidr, name, freeAddresses }) => ({
          id,
          zone,
          cidr,
          name,
          free_addresses: freeAddresses,
          refreshed_at: now,
        }));
        await trx
          .insertInto('session_manager.subnets')
          .values(rows)
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet((eb) => ({
              zone: eb.ref('excluded.zone'),
              cidr: eb.ref('excluded.cidr'),
              name: eb.ref('excluded.name'),
              free_addresses: eb.ref('excluded.free_addresses'),
              refreshed_at: eb.ref('excluded.refreshed_at'),
            })),
          )
          .execute();
        const removed = await trx
          .deleteFrom('session_manager.subnets')
          .where(
            'id',
            'not in',
            rows.map(({ id }) => id),
          )
          .returning('id')
          .execute();
        return removed.map(({ id }) => id);
      }),
  };
}
