import type { PermissionSetFields } from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { EditableCatalogueTable } from '../../application/catalogue-store.ts';
import { isNameTaken, removeRow, toEntry, touched, versionOf } from './catalogue-rows.ts';
import { knownFeatures } from './known-features.ts';

const table = 'api_gateway.permission_sets';

export function createPermissionSetTable(db: Kysely<Database>): EditableCatalogueTable<PermissionSetFields> {
  return {
    async list({ before, limit }) {
      let query = selectPermissionSets(db).orderBy('id', 'desc').limit(limit);
      if (before !== null) query = query.where('id', '<', before);
      return (await query.execute()).map(toPermissionSet);
    },
    async find(id) {
      const row = await selectPermissionSets(db).where('id', '=', id).executeTakeFirst();
      return row ? toPermissionSet(row) : null;
    },
    isNameTaken: (name, exceptId) => isNameTaken(db, table, { name, exceptId }),
    async insert(id, fields) {
      await db
        .insertInto(table)
        .values({ id, ...fields })
        .execute();
    },
    async update(id, fields) {
      const change = { ...fields, updated_at: touched };
      await db.updateTable(table).set(change).where('id', '=', id).execute();
    },
    remove: (id) => removeRow(db, table, id),
    findUses: async () => ({ sessions: false, softwareStacks: [] }),
  };
}

function selectPermissionSets(db: Kysely<Database>) {
  return db
    .selectFrom(table)
    .select(['id', 'name', 'description', 'features', 'created_at as createdAt'])
    .select(['updated_at as updatedAt', versionOf('updated_at').as('version')]);
}

type PermissionSetRow = Awaited<ReturnType<ReturnType<typeof selectPermissionSets>['execute']>>[number];

function toPermissionSet({ features, ...row }: PermissionSetRow) {
  return toEntry({ ...row, features: knownFeatures(features) });
}
