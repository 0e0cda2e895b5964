import type { Database } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { CatalogueReader } from '../../application/ports.ts';
import { selectInstanceTypes } from './instance-type-rows.ts';
import type { PreparedReads } from './prepared-reads.ts';
import { stackProjects } from './stack-projects.ts';

/** Reads what can be launched, on what, and where. */
export function createCatalogueReader(db: Kysely<Database>, reads: PreparedReads): CatalogueReader {
  return {
    listSoftwareStacks: (userName) => reads.rows(softwareStacksQuery(db, userName).compile()),
    async findSoftwareStack(id, userName) {
      const query = softwareStacksQuery(db, userName).where('k.id', '=', id);
      const [stack] = await reads.rows(query.compile());
      return stack ?? null;
    },
    listInstanceTypes: () => reads.rows(selectInstanceTypes(db).compile()),
    listSubnets: () => reads.rows(subnetsQuery(db).compile()),
    listProjects: (member) => reads.rows(projectsQuery(db, member).compile()),
  };
}

function softwareStacksQuery(db: Kysely<Database>, userName: string) {
  return db
    .selectFrom('api_gateway.software_stacks as k')
    .innerJoin('api_gateway.profiles as p', 'p.id', 'k.profile_id')
    .where('k.enabled', '=', true)
    .orderBy('k.name')
    .select(['k.id', 'k.name', 'k.description', 'k.os', 'k.base_os as baseOs', 'k.architecture'])
    .select(['k.min_root_volume_gib as minRootVolumeGiB', 'k.min_memory_gib as minMemoryGiB'])
    .select(['k.requires_gpu as requiresGpu', 'k.default_instance_type as defaultInstanceType'])
    .select(['p.max_root_volume_gib as maxRootVolumeGiB', 'p.allowed_session_types as allowedSessionTypes'])
    .select(['p.allowed_instance_types as allowedInstanceTypes', 'p.allowed_subnets as allowedSubnets'])
    .select(stackProjects(userName).as('projects'));
}

function subnetsQuery(db: Kysely<Database>) {
  return db
    .selectFrom('session_manager.subnets')
    .orderBy('zone')
    .orderBy('id')
    .select(['id', 'name', 'zone', 'free_addresses as freeAddresses']);
}

function projectsQuery(db: Kysely<Database>, member: string | null) {
  const projects = db
    .selectFrom('api_gateway.projects as j')
    .orderBy('j.name')
    .select(['j.id', 'j.name', 'j.description', 'j.enabled']);
  if (member === null) return projects;
  return projects
    .innerJoin('api_gateway.project_members as m', 'm.project_id', 'j.id')
    .where('m.user_name', '=', member);
}
