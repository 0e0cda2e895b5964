import { createTestDatabase, type TestDatabase } from '@deskfleet/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type DatabaseConnection, prepared } from '../src/index.ts';

const statementsOfThisConnection = sql<{ name: string; runs: string }>`
  select name, (generic_plans + custom_plans)::text as runs from pg_prepared_statements`;

let database: TestDatabase;
let connection: DatabaseConnection;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connectDatabase({
    url: database.urlFor('token_service'),
    applicationName: 'preparing',
    poolSize: 2,
    onConnectionLost: () => {},
  });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

test('a prepared statement is planned once for each connection, and answers as any other', async () => {
  const { db } = connection;
  const statement = prepared(
    'users-by-name',
    db.selectFrom('api_gateway.users').where('name', '=', '').select(['name', 'access_epoch']).compile(),
  );
  const read = (name: string) =>
    db.transaction().execute(async (trx) => {
      const { rows } = await trx.executeQuery({ ...statement, parameters: [name] });
      const known = await statementsOfThisConnection.execute(trx);
      return { rows, known: known.rows };
    });
  await read('alice');
  expect(await read('alice')).toEqual({ rows: [], known: [{ name: 'users-by-name', runs: '2' }] });
  const both = await Promise.all([read('alice'), read("o'neill")]);
  expect(both.map(({ known }) => known.map(({ name }) => name))).toEqual([
    ['users-by-name'],
    ['users-by-name'],
  ]);
});
