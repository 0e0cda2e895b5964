import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate, roleNameOf, serviceSchemas } from '../src/index.ts';
import { createEmptyDatabase, type EmptyDatabase, query } from './empty-database.ts';

let database: EmptyDatabase;
beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.drop());

const passwords = {
  api_gateway: 'a',
  session_manager: 'b',
  token_service: 'c',
  scheduler: 'd',
  idle_monitor: 'e',
};
const roles = () => serviceSchemas.map((schema) => roleNameOf(schema, database.rolePrefix));
const migrateAs = (ownerUrl: string, given: Partial<typeof passwords> = passwords) =>
  migrate({ ownerUrl, rolePrefix: database.rolePrefix, passwords: given });

/** All that the migrate step makes: tables and columns, rights, rows. */
async function everything() {
  return {
    migrations: await query(database.ownerUrl, 'select * from deskfleet.kysely_migration order by name'),
    columns: await query(
      database.ownerUrl,
      `select table_schema, table_name, column_name, data_type from information_schema.columns
       where table_schema !~ '^pg_' order by 1, 2, 3`,
    ),
    rights: await query(
      database.ownerUrl,
      `select oid::regclass::text as name, relacl::text from pg_class
       where relacl::text like '%${database.rolePrefix}%' order by 1`,
    ),
    stacks: await query(database.ownerUrl, 'select * from api_gateway.software_stacks order by id'),
  };
}

test('run again it changes nothing, and keeps what the services wrote', async () => {
  await migrateAs(database.ownerUrl);
  const role = database.urlOf(roleNameOf('api_gateway', database.rolePrefix), 'a');
  await query(role, `update api_gateway.software_stacks set enabled = false where base_os = 'windows2022'`);
  const before = await everything();
  expect(before.migrations).not.toEqual([]);
  await migrateAs(database.ownerUrl);
  expect(await everything()).toEqual(before);
});

test('run by several at once on an empty database, all succeed and it is done once', {
  repeats: 2,
}, async () => {
  await Promise.all([1, 2, 3, 4].map(() => migrateAs(database.ownerUrl)));
  const { migrations, stacks } = await everything();
  expect(migrations.map(({ name }) => name)).toEqual([
    '0001-messaging',
    '0002-sessions',
    '0003-base-software-stacks',
    '0004-ec2-lifecycle',
    '0005-more-base-stacks',
    '0006-schedules',
    '0007-idleness',
    '0008-access',
  ]);
  expect(stacks).toHaveLength(6);
});

test('a new password replaces the old one', async () => {
  const role = roleNameOf('token_service', database.rolePrefix);
  await migrateAs(database.ownerUrl);
  await migrateAs(database.ownerUrl, { ...passwords, token_service: "it's new" });
  expect(await query(database.urlOf(role, "it's new"), 'select current_user::text as name')).toEqual([
    { name: role },
  ]);
  await expect(query(database.urlOf(role, 'c'), 'select')).rejects.toMatchObject({ code: '28P01' });
});

test('a missing role without a password is named', async () => {
  const { token_service: _, ...others } = passwords;
  await expect(migrateAs(database.ownerUrl, others)).rejects.toThrow(
    `The database role ${roleNameOf('token_service', database.rolePrefix)} is missing, and no password was given`,
  );
});

describe('an owner who may not create roles, as on a managed Postgres', () => {
  let ownerUrl: string;
  beforeEach(async () => {
    const owner = `${database.rolePrefix}_owner`;
    ownerUrl = await database.addRole(owner, 'nosuperuser nocreaterole');
    const name = new URL(ownerUrl).pathname.slice(1);
    await query(database.ownerUrl, `alter database ${name} owner to ${owner}`);
  });

  test.each([['none', {}] as const, ['some', passwords] as const])(
    'uses the roles that are there, with their own passwords (%s given)',
    async (_, given) => {
      for (const role of roles()) await database.addRole(role);
      await migrateAs(ownerUrl, given);
      await migrateAs(ownerUrl, given);
      for (const schema of serviceSchemas) {
        const url = database.urlOf(roleNameOf(schema, database.rolePrefix), 'secret');
        expect(await query(url, `select count(*)::int as count from ${schema}.outbox`)).toEqual([
          { count: 0 },
        ]);
      }
    },
  );

  test('is told which role is missing, and the statement that creates it', async () => {
    const [first, second, missing] = roles();
    for (const role of [first, second]) await database.addRole(role as string);
    await expect(migrateAs(ownerUrl)).rejects.toThrow(
      `The database role ${missing} is missing and the owner role may not create roles. ` +
        `Create it: CREATE ROLE ${missing} LOGIN PASSWORD '…';`,
    );
  });
});
