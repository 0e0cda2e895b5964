import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';

/** How old, by the database's clock, the oldest row of what was read from EC2 is; null when nothing was read yet. */
export async function secondsSinceRefresh(
  db: Kysely<Database>,
  table: 'session_manager.instance_types' | 'session_manager.subnets',
): Promise<number | null> {
  const row = await db
    .selectFrom(table)
    .select(sql<number | null>`extract(epoch from now() - min(refreshed_at))::float8`.as('age'))
    .executeTakeFirst();
  return row?.age ?? null;
}
