import type { PermissionSet } from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { PermissionSetReader } from '../../application/permission-sets.ts';
import { knownFeatures } from './known-features.ts';

/** Reads the permission sets that administrators have made. */
export function createPermissionSetReader(db: Kysely<Database>): PermissionSetReader {
  const select = () =>
    db.selectFrom('api_gateway.permission_sets').select(['name', 'description', 'features']);
  return {
    list: async () => (await select().orderBy('name').execute()).map(toPermissionSet),
    async find(name) {
      const row = await select().where(sql`lower(name)`, '=', sql`lower(${name})`).executeTakeFirst();
      return row ? toPermissionSet(row) : null;
    },
  };
}

function toPermissionSet(row: { name: string; description: string; features: string[] }): PermissionSet {
  return { ...row, features: knownFeatures(row.features) };
}
