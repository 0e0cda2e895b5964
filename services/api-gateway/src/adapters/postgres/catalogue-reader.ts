import type { Database } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { CatalogueReader } from '../../application/ports.ts';
import type { PreparedReads } from './prepared-reads.ts';

/** Reads what can be launched, and on what. */
export function createCatalogueReader(db: Kysely<Database>, reads: PreparedReads): CatalogueReader {
  return {
    async listSoftwareStacks() {
      return reads.rows(softwareStacksQuery(db).compile());
    },
    async findInstanceTypeNeeds(softwareStackId) {
      const [needs] = await reads.rows(needsQuery(db, softwareStackId).compile());
      return needs ?? null;
    },
    async listInstanceTypes() {
      return reads.rows(instanceTypesQuery(db).compile());
    },
  };
}

function softwareStacksQuery(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.software_stacks')
    .where('enabled', '=', true)
    .orderBy('name')
    .select(['id', 'name', 'description', 'os', 'base_os as baseOs', 'architecture'])
    .select(['min_root_volume_gib as minRootVolumeGiB', 'min_memory_gib as minMemoryGiB'])
    .select('default_instance_type as defaultInstanceType');
}

function needsQuery(db: Kysely<Database>, softwareStackId: string) {
  return db
    .selectFrom('api_gateway.software_stacks as k')
    .innerJoin('api_gateway.profiles as p', 'p.id', 'k.profile_id')
    .where('k.id', '=', softwareStackId)
    .where('k.enabled', '=', true)
    .select(['k.architecture', 'k.min_memory_gib as minMemoryGiB'])
    .select('p.allowed_instance_types as allowedInstanceTypes');
}

function instanceTypesQuery(db: Kysely<Database>) {
  return db
    .selectFrom('session_manager.instance_types')
    .orderBy('vcpus')
    .orderBy('memory_mib')
    .orderBy('name')
    .select(['name', 'vcpus', 'memory_mib as memoryMiB', 'gpu', 'architectures'])
    .select('hibernation_supported as hibernationSupported');
}
