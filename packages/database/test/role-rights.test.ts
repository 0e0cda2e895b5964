import { createTestDatabase, type TestDatabase } from '@deskfleet/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foreignReads, serviceSchemas } from '../src/index.ts';
import { query } from './empty-database.ts';

interface Table {
  name: string;
  schema: string;
  /** A column that may be written. */
  column: string;
}

let database: TestDatabase;
let tables: Table[];
beforeAll(async () => {
  database = await createTestDatabase();
  const rows = await query(
    database.ownerUrl,
    `select table_schema as schema, table_schema || '.' || table_name as name,
       min(column_name) filter (where is_identity = 'NO') as column
     from information_schema.columns where table_schema in ('deskfleet', ${list(serviceSchemas)})
     group by table_schema, table_name order by 2`,
  );
  tables = rows as unknown as Table[];
});
afterAll(() => database.drop());

function list(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

// Statements that touch no row: only the right to them is in question.
const writes = {
  insert: ({ name, column }: Table) =>
    `insert into ${name} ("${column}") select "${column}" from (select * from ${name} where false)`,
  insertValues: ({ name }: Table) => `insert into ${name} default values`,
  update: ({ name, column }: Table) => `update ${name} set "${column}" = default where false`,
  delete: ({ name }: Table) => `delete from ${name} where false`,
  truncate: ({ name }: Table) => `truncate ${name} cascade`,
};
const read = ({ name }: Table) => `select from ${name} limit 0`;
const deniedCode = '42501'; // insufficient_privilege (PostgreSQL error codes, appendix A)

/** The statements that a role has no right to. */
async function denied(url: string, statements: readonly string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const refused: string[] = [];
  for (const statement of statements) {
    await client.query('begin');
    await client.query(statement).catch((error: { code?: string }) => {
      if (error.code !== deniedCode) throw error;
      refused.push(statement);
    });
    await client.query('rollback');
  }
  await client.end();
  return refused;
}

describe.each(serviceSchemas)('the role of %s', (own) => {
  const url = () => database.urlFor(own);
  const readable = new Set([...foreignReads[own], 'deskfleet.kysely_migration']);
  const isOwn = ({ schema }: Table) => schema === own;

  test('reads and writes all tables of its own', async () => {
    const mine = tables.filter(isOwn);
    expect(mine.length).toBeGreaterThan(4);
    const statements = mine.flatMap((table) => [
      read(table),
      writes.insert(table),
      writes.update(table),
      writes.delete(table),
    ]);
    expect(await denied(url(), statements)).toEqual([]);
  });

  test('writes no table of another', async () => {
    const foreign = tables.filter((table) => !isOwn(table));
    const statements = foreign.flatMap(({ ...table }) =>
      [writes.insertValues, writes.update, writes.delete, writes.truncate].map((write) => write(table)),
    );
    expect(statements.length).toBeGreaterThan(50);
    expect(await denied(url(), statements)).toEqual(statements);
  });

  test('reads of others what grants.ts names, and nothing else', async () => {
    const foreign = tables.filter((table) => !isOwn(table));
    const [granted, others] = [
      foreign.filter(({ name }) => readable.has(name)),
      foreign.filter(({ name }) => !readable.has(name)),
    ];
    expect(granted.map(({ name }) => name).sort()).toEqual([...readable].sort());
    expect(await denied(url(), granted.map(read))).toEqual([]);
    expect(await denied(url(), others.map(read))).toEqual(others.map(read));
  });

  test('is its own: not another’s member, no superuser, owner of nothing, maker of nothing', async () => {
    expect(
      await query(
        url(),
        `select current_user::text as "user", rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
           (select count(*)::int from pg_class where relowner = pg_roles.oid) as owned,
           (select count(*)::int from pg_auth_members where member = pg_roles.oid) as memberships
         from pg_roles where rolname = current_user`,
      ),
    ).toEqual([
      {
        user: `test_${own}`,
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        rolbypassrls: false,
        owned: 0,
        memberships: 0,
      },
    ]);
    const schemas = ['public', 'deskfleet', ...serviceSchemas];
    const creations = [...schemas.map((schema) => `create table ${schema}.extra ()`), 'create schema extra'];
    expect(await denied(url(), creations)).toEqual(creations);
  });
});
