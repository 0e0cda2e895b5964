import { type Database, transact } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { InstanceTypeFacts } from '../../application/ports.ts';

/** The instance types that the gateway offers and checks against. */
export function createInstanceTypeTable(db: Kysely<Database>) {
  return {
    /** Seconds since the last refresh; null when there was none. */
    async ageSeconds(): Promise<number | null> {
      const row = await db
        .selectFrom('session_manager.instance_types')
        .select(sql<number | null>`extract(epoch from now() - min(refreshed_at))::float8`.as('age'))
        .executeTakeFirst();
      return row?.age ?? null;
    },

    /** Replaces what is known by what EC2 says now. */
    replaceAll: (types: InstanceTypeFacts[], now: Date) =>
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
          refreshed_at: now,
        }));
        await trx
          .insertInto('session_manager.instance_types')
          .values(rows as never)
          .execute();
      }),
  };
}
export type InstanceTypeTable = ReturnType<typeof createInstanceTypeTable>;
