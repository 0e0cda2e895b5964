import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';

/** What EC2 says of its instance types, as session-manager has read it. */
export function selectInstanceTypes(db: Kysely<Database>) {
  return db
    .selectFrom('session_manager.instance_types')
    .select(['name', 'vcpus', 'memory_mib as memoryMiB', 'gpu', 'architectures', 'zones'])
    .select('hibernation_supported as hibernationSupported');
}

/** The same of the one instance type `t`, for a query that reads more than it. */
export const instanceTypeJson = sql`json_build_object('name', t.name, 'vcpus', t.vcpus, 'memoryMiB', t.memory_mib,
  'gpu', t.gpu, 'architectures', t.architectures, 'hibernationSupported', t.hibernation_supported, 'zones', t.zones)`;
