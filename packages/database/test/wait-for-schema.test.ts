import { createServer } from 'node:net';
import { eventually } from '@deskfleet/testkit';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, migrate, roleNameOf, waitForSchema } from '../src/index.ts';
import { createEmptyDatabase, type EmptyDatabase, query } from './empty-database.ts';

let empty: EmptyDatabase;
let role: string;
const ended = new AbortController();
beforeEach(async () => {
  empty = await createEmptyDatabase();
  role = await empty.addRole(roleNameOf('token_service', empty.rolePrefix));
});
afterEach(() => empty.drop());

/** A wait as this role that has begun, with what it says it waits for and how often it has looked. */
async function waiting(url: string, signal = ended.signal) {
  let looks = 0;
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) }),
    log: () => {
      looks += 1;
    },
  });
  const told: string[] = [];
  let done = false;
  const finished = waitForSchema({ db, onWaiting: (why) => told.push(why), signal })
    .then(() => {
      done = true;
    })
    .finally(() => db.destroy());
  finished.catch(() => {});
  await eventually(() => told.length > 0);
  return { told, finished, looks: () => looks, isDone: () => done };
}

const migrateStep = () =>
  migrate({
    ownerUrl: empty.ownerUrl,
    rolePrefix: empty.rolePrefix,
    passwords: {
      api_gateway: 'a',
      session_manager: 'b',
      token_service: 'secret',
      scheduler: 'd',
      idle_monitor: 'e',
    },
  });

describe('a service that starts before', () => {
  test('the tables are made waits for the migrate step, says so once, and goes on by itself', async () => {
    const wait = await waiting(role);
    await eventually(() => wait.looks() >= 3);
    expect(wait).toMatchObject({ told: ['waiting for the migrate step to create the tables'] });
    expect(wait.isDone()).toBe(false);
    await migrateStep();
    await wait.finished;
  });

  test('the database is brought to its version names the migration that it waits for', async () => {
    await migrateStep();
    const [latest] = await query(
      empty.ownerUrl,
      `delete from deskfleet.kysely_migration
       where name = (select max(name) from deskfleet.kysely_migration) returning *`,
    );
    const wait = await waiting(role);
    expect(wait.told).toEqual([`waiting for the migrate step to apply ${latest?.name}`]);
    await query(empty.ownerUrl, `insert into deskfleet.kysely_migration values ('${latest?.name}', 'now')`);
    await wait.finished;
  });

  test('Postgres answers says what is wrong, until it is told to end', async () => {
    const url = new URL(role);
    url.port = String(await portWithoutServer());
    const stopping = new AbortController();
    const wait = await waiting(url.href, stopping.signal);
    expect(wait.told).toEqual([expect.stringMatching(/^waiting for the database: .*ECONNREFUSED/)]);
    stopping.abort(new Error('the process ends'));
    await expect(wait.finished).rejects.toThrow('the process ends');
  });
});

async function portWithoutServer(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
