import { type Database, type DatabaseTransaction, transact } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { CatalogueStep, CatalogueStore } from '../../application/catalogue-store.ts';
import { appendAudit } from './audit-log.ts';
import { selectInstanceTypes } from './instance-type-rows.ts';
import { createPermissionSetTable } from './permission-set-table.ts';
import { createProfileTable } from './profile-table.ts';
import { createProjectTable } from './project-table.ts';
import { createSoftwareStackTable, enabledStacksOf } from './software-stack-table.ts';

/** Software stacks, profiles, projects and permission sets in Postgres; edits are one at a time. */
export function createCatalogueStore(db: Kysely<Database>): CatalogueStore {
  return {
    tables: tablesOf(db),
    edit: (work) =>
      againAfterConflict(() =>
        transact(db, 'api-gateway.edit-catalogue', async (trx) => {
          await lockCatalogue(trx);
          return work(stepOf(trx));
        }),
      ),
  };
}

/**
 * Edits are rare and look at each other's rows (names, uses, limits), so one at a time is simplest and fast enough. Images
 * take it too, as their names are to be those of software stacks.
 */
export async function lockCatalogue(trx: DatabaseTransaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('catalogue', 0))`.execute(trx);
}

function tablesOf(db: Kysely<Database>): CatalogueStep['tables'] {
  return {
    'software-stack': createSoftwareStackTable(db),
    profile: createProfileTable(db),
    project: createProjectTable(db),
    'permission-set': createPermissionSetTable(db),
  };
}

function stepOf(trx: DatabaseTransaction): CatalogueStep {
  return {
    tables: tablesOf(trx),
    enabledStacksOf: (profileId) => enabledStacksOf(trx, profileId),
    async knownProjects(ids) {
      if (ids.length === 0) return new Set();
      const query = trx.selectFrom('api_gateway.projects').where('id', 'in', ids).select('id');
      return new Set((await query.execute()).map(({ id }) => id));
    },
    async readInstanceTypes(names) {
      const any = await trx.selectFrom('session_manager.instance_types').select('name').limit(1).execute();
      const query = selectInstanceTypes(trx).where('name', '=', sql<string>`any(${names})`);
      const types = await query.execute();
      return { known: any.length > 0, types: new Map(types.map((type) => [type.name, type])) };
    },
    readSubnets: () => trx.selectFrom('session_manager.subnets').select(['id', 'zone']).execute(),
    audit: (entry) => appendAudit(trx, entry),
  };
}

/** PostgreSQL, Appendix A: unique_violation and foreign_key_violation. */
const conflicts = new Set<unknown>(['23505', '23503']);

/** A launch may come between a look and a write, as it does not take the catalogue's lock. The second look sees it. */
async function againAfterConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && conflicts.has(error.code))) throw error;
    return work();
  }
}
