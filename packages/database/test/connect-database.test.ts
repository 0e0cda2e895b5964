import { Writable } from 'node:stream';
import { createLogger } from '@deskfleet/runtime';
import { createTestDatabase, eventually, type TestDatabase } from '@deskfleet/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase } from '../src/index.ts';
import { query } from './empty-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a connection that breaks is replaced, and logged without the connection itself', async () => {
  let log = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  const logger = createLogger({ service: 'test', destination });
  const connection = connectDatabase({
    url: database.urlFor('token_service'),
    applicationName: 'breaking',
    onConnectionLost: (err) => logger.warn({ err }, 'A connection is lost.'),
  });
  await connection.now();
  await query(
    database.ownerUrl,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'breaking'`,
  );
  await eventually(() => log !== '');
  expect(await connection.now()).toBeInstanceOf(Date);
  await connection.close();
  const { err } = JSON.parse(log) as { err: object };
  expect(err).toMatchObject({ type: 'DatabaseError', code: '57P01', stack: expect.any(String) });
  expect(Object.keys(err)).not.toContain('client');
});
