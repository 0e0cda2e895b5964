import type { ProfileFields } from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { EditableCatalogueTable } from '../../application/catalogue-store.ts';
import { isNameTaken, removeRow, toEntry, touched, versionOf } from './catalogue-rows.ts';

const table = 'api_gateway.profiles';

export function createProfileTable(db: Kysely<Database>): EditableCatalogueTable<ProfileFields> {
  return {
    async list({ before, limit }) {
      let query = selectProfiles(db).orderBy('id', 'desc').limit(limit);
      if (before !== null) query = query.where('id', '<', before);
      return (await query.execute()).map(toEntry);
    },
    async find(id) {
      const row = await selectProfiles(db).where('id', '=', id).executeTakeFirst();
      return row ? toEntry(row) : null;
    },
    isNameTaken: (name, exceptId) => isNameTaken(db, table, { name, exceptId }),
    async insert(id, fields) {
      await db
        .insertInto('api_gateway.profiles')
        .values({ id, ...columnsOf(fields) })
        .execute();
    },
    async update(id, fields) {
      const change = { ...columnsOf(fields), updated_at: touched };
      await db.updateTable('api_gateway.profiles').set(change).where('id', '=', id).execute();
    },
    remove: (id) => removeRow(db, table, id),
    async findUses(id) {
      const stacks = db.selectFrom('api_gateway.software_stacks').where('profile_id', '=', id);
      const rows = await stacks.orderBy('name').select('name').execute();
      return { sessions: false, softwareStacks: rows.map(({ name }) => name) };
    },
  };
}

function selectProfiles(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.profiles')
    .select(['id', 'name', 'created_at as createdAt', 'updated_at as updatedAt'])
    .select(['allowed_instance_types as allowedInstanceTypes', 'max_root_volume_gib as maxRootVolumeGiB'])
    .select(['fallback_instance_types as fallbackInstanceTypes', 'allowed_subnets as allowedSubnets'])
    .select(['allowed_session_types as allowedSessionTypes', 'hibernation_fallback as hibernationFallback'])
    .select(['owners_may_create_images as ownersMayCreateImages', 'stop_at_close as stopAtClose'])
    .select(['users_may_change_schedule as usersMayChangeSchedule', 'idle_policy as idlePolicy'])
    .select(versionOf('updated_at').as('version'));
}

function columnsOf(fields: ProfileFields) {
  return {
    name: fields.name,
    allowed_instance_types: fields.allowedInstanceTypes,
    fallback_instance_types: fields.fallbackInstanceTypes,
    max_root_volume_gib: fields.maxRootVolumeGiB,
    allowed_subnets: fields.allowedSubnets,
    allowed_session_types: fields.allowedSessionTypes,
    hibernation_fallback: fields.hibernationFallback,
    owners_may_create_images: fields.ownersMayCreateImages,
    users_may_change_schedule: fields.usersMayChangeSchedule,
    stop_at_close: fields.stopAtClose,
    idle_policy: JSON.stringify(fields.idlePolicy),
  };
}
