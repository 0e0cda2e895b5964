import type { ProjectFields } from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { EditableCatalogueTable } from '../../application/catalogue-store.ts';
import { isNameTaken, removeRow, toEntry, touched, versionOf } from './catalogue-rows.ts';

const table = 'api_gateway.projects';

export function createProjectTable(db: Kysely<Database>): EditableCatalogueTable<ProjectFields> {
  return {
    async list({ before, limit }) {
      let query = selectProjects(db).orderBy('id', 'desc').limit(limit);
      if (before !== null) query = query.where('id', '<', before);
      return (await query.execute()).map(toProject);
    },
    async find(id) {
      const row = await selectProjects(db).where('id', '=', id).executeTakeFirst();
      return row ? toProject(row) : null;
    },
    isNameTaken: (name, exceptId) => isNameTaken(db, table, { name, exceptId }),
    async insert(id, { members, ...columns }) {
      await db
        .insertInto('api_gateway.projects')
        .values({ id, ...columns })
        .execute();
      await addMembers(db, id, members);
    },
    async update(id, { members, ...columns }) {
      const change = { ...columns, updated_at: touched };
      await db.updateTable('api_gateway.projects').set(change).where('id', '=', id).execute();
      await db.deleteFrom('api_gateway.project_members').where('project_id', '=', id).execute();
      await addMembers(db, id, members);
    },
    remove: (id) => removeRow(db, table, id),
    async findUses(id) {
      const sessions = db.selectFrom('api_gateway.sessions').where('project_id', '=', id);
      const stacks = db
        .selectFrom('api_gateway.software_stack_projects as kj')
        .innerJoin('api_gateway.software_stacks as k', 'k.id', 'kj.software_stack_id')
        .where('kj.project_id', '=', id);
      const rows = await stacks.orderBy('k.name').select('k.name').execute();
      return {
        sessions: (await sessions.select('id').limit(1).execute()).length > 0,
        softwareStacks: rows.map(({ name }) => name),
      };
    },
  };
}

function selectProjects(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.projects as j')
    .select(['j.id', 'j.name', 'j.description', 'j.enabled', 'j.created_at as createdAt'])
    .select(['j.updated_at as updatedAt', versionOf('j.updated_at').as('version')])
    .select(
      sql<
        string[]
      >`array(select m.user_name from api_gateway.project_members m where m.project_id = j.id)`.as('members'),
    );
}

type ProjectRow = Awaited<ReturnType<ReturnType<typeof selectProjects>['execute']>>[number];

/** Sorted as new lists are (edit-projects.ts), so that an unchanged one is seen to be unchanged. */
function toProject({ members, ...row }: ProjectRow) {
  return toEntry({ ...row, members: members.sort() });
}

async function addMembers(db: Kysely<Database>, projectId: string, members: string[]): Promise<void> {
  await sql`
    insert into api_gateway.project_members (project_id, user_name)
    select ${projectId}, unnest(${members}::text[])`.execute(db);
}
