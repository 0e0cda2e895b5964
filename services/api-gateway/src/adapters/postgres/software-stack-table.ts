import type { BaseOperatingSystem, SoftwareStackFields } from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { EditableCatalogueTable } from '../../application/catalogue-store.ts';
import { isNameTaken, removeRow, toEntry, touched, versionOf } from './catalogue-rows.ts';

const table = 'api_gateway.software_stacks';

export function createSoftwareStackTable(db: Kysely<Database>): EditableCatalogueTable<SoftwareStackFields> {
  return {
    async list({ before, limit }) {
      let query = selectStacks(db).orderBy('k.id', 'desc').limit(limit);
      if (before !== null) query = query.where('k.id', '<', before);
      return (await query.execute()).map(toEntry);
    },
    async find(id) {
      const row = await selectStacks(db).where('k.id', '=', id).executeTakeFirst();
      return row ? toEntry(row) : null;
    },
    isNameTaken: (name, exceptId) => isNameTaken(db, table, { name, exceptId }),
    async insert(id, fields) {
      await db
        .insertInto('api_gateway.software_stacks')
        .values({ id, ...columnsOf(fields) })
        .execute();
      await addProjects(db, id, fields.projectIds);
    },
    async update(id, fields) {
      const change = { ...columnsOf(fields), updated_at: touched };
      await db.updateTable('api_gateway.software_stacks').set(change).where('id', '=', id).execute();
      await db
        .deleteFrom('api_gateway.software_stack_projects')
        .where('software_stack_id', '=', id)
        .execute();
      await addProjects(db, id, fields.projectIds);
    },
    remove: (id) => removeRow(db, table, id),
    async findUses(id) {
      const sessions = db.selectFrom('api_gateway.sessions').where('software_stack_id', '=', id);
      return {
        sessions: (await sessions.select('id').limit(1).execute()).length > 0,
        softwareStacks: [],
      };
    },
  };
}

/** The software stacks that point at a profile and are switched on. */
export async function enabledStacksOf(
  db: Kysely<Database>,
  profileId: string,
): Promise<SoftwareStackFields[]> {
  const query = selectStacks(db).where('k.profile_id', '=', profileId).where('k.enabled', '=', true);
  return (await query.orderBy('k.name').execute()).map((row) => toEntry(row).fields);
}

function selectStacks(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.software_stacks as k')
    .select(['k.id', 'k.name', 'k.description', 'k.os', 'k.architecture', 'k.image', 'k.mounts', 'k.enabled'])
    .select(sql.ref<BaseOperatingSystem>('k.base_os').as('baseOs'))
    .select(['k.graphics_image as graphicsImage', 'k.hook_script as hookScript'])
    .select(['k.min_root_volume_gib as minRootVolumeGiB', 'k.min_memory_gib as minMemoryGiB'])
    .select(['k.requires_gpu as requiresGpu', 'k.default_instance_type as defaultInstanceType'])
    .select(['k.profile_id as profileId', 'k.created_at as createdAt', 'k.updated_at as updatedAt'])
    .select(versionOf('k.updated_at').as('version'))
    .select(
      sql<string[]>`array(select kj.project_id::text from api_gateway.software_stack_projects kj
        where kj.software_stack_id = k.id order by 1)`.as('projectIds'),
    );
}

function columnsOf(fields: SoftwareStackFields) {
  return {
    name: fields.name,
    description: fields.description,
    os: fields.os,
    base_os: fields.baseOs,
    architecture: fields.architecture,
    image: fields.image,
    graphics_image: fields.graphicsImage,
    min_root_volume_gib: fields.minRootVolumeGiB,
    min_memory_gib: fields.minMemoryGiB,
    requires_gpu: fields.requiresGpu,
    default_instance_type: fields.defaultInstanceType,
    profile_id: fields.profileId,
    enabled: fields.enabled,
    mounts: JSON.stringify(fields.mounts),
    hook_script: fields.hookScript,
  };
}

async function addProjects(db: Kysely<Database>, stackId: string, projectIds: string[]): Promise<void> {
  await sql`
    insert into api_gateway.software_stack_projects (software_stack_id, project_id)
    select ${stackId}, unnest(${projectIds}::uuid[])`.execute(db);
}
