import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, createTestStream, eventually, type TestDatabase } from '../src/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

test('a service connects as its own role, which owns nothing', async () => {
  const url = database.urlFor('session_manager');
  expect(await ask(url, 'SELECT current_user')).toEqual(['test_session_manager']);
  expect(await ask(url, 'SELECT count(*)::int FROM pg_tables WHERE tableowner = current_user')).toEqual([0]);
});

test('each test database starts with the migrated tables and without the rows of another', async () => {
  await ask(database.ownerUrl, 'CREATE TABLE of_this_file_only (id int)');
  const other = await createTestDatabase();
  const tables = await ask(
    other.ownerUrl,
    `SELECT table_schema || '.' || table_name FROM information_schema.tables`,
  );
  await other.drop();
  expect(tables).toContain('session_manager.session_runtime');
  expect(tables).not.toContain('public.of_this_file_only');
});

test('NATS with JetStream greets, and names are never shared', async () => {
  const [first, second] = [createTestStream(), createTestStream()];
  expect(first.streamName).not.toBe(second.streamName);
  expect(first.subjectPrefix).not.toBe(second.subjectPrefix);
  const { hostname, port } = new URL(first.natsUrl);
  const socket = connect(Number(port), hostname);
  const [greeting] = await new Promise<Buffer[]>((resolve, reject) => {
    socket.once('data', (chunk) => resolve([chunk]));
    socket.once('error', reject);
  });
  socket.destroy();
  expect(greeting?.toString()).toContain('"jetstream":true');
});

test('eventually tells the last failure', async () => {
  let tries = 0;
  const check = () => {
    tries += 1;
    throw new Error(`try ${tries}`);
  };
  await expect(eventually(check, { timeoutMs: 60, intervalMs: 20 })).rejects.toThrow(
    /within 60 ms; last: try \d/,
  );
  expect(tries).toBeGreaterThan(1);
  expect(await eventually(() => (++tries > 10 ? 'done' : false))).toBe('done');
});
