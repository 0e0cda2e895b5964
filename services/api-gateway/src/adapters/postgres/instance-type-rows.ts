import type { Database } from '@deskfleet/database';
import type { Kysely } from 'kysely';

/** What EC2 says of its instance types, as session-manager has read it. */
export function selectInstanceTypes(db: Kysely<Database>) {
  return db
    .selectFrom('session_manager.instance_types')
    .select(['name', 'vcpus', 'memory_mib as memoryMiB', 'gpu', 'architectures', 'zones'])
    .select('hibernation_supported as hibernationSupported');
}
