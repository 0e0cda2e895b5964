import { type Database, transact } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { InstanceTypeStore } from '../../application/refresh-instance-types.ts';
import { secondsSinceRefresh } from './seconds-since-refresh.ts';

/** The instance types that the gateway offers and checks against. */
export function createInstanceTypeTable(db: Kysely<Database>): InstanceTypeStore {
  return {
    ageSeconds: () => secondsSinceRefresh(db, 'session_manager.instance_types'),

    replaceAll: (types, now) =>
      transact(db, 'session-manager.refresh-instance-types', async (trx) => {
        await trx.deleteFrom('session_manager.instance_types').execute();
        if (types.length === 0) return;
        const rows = types.map((type) => ({
          name: type.name,
          vcpus: type.vcpus,
          memory_mib: type.memoryMiB,
          gpu: type.gpu === null ? null : JSON.stringify(type.gpu),
          architectures: type.architectures,
          hibernation_supported: type.hibernationSupported,
          zones: type.zones,
          refreshed_at: now,
        }));
        await trx
          .insertInto('session_manager.instance_types')
          .values(rows as never)
          .execute();
      }),
  };
}
