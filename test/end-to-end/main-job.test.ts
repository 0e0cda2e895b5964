import { roleNameOf, serviceSchemas } from '@deskfleet/database';
import { eventually } from '@deskfleet/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, openDesktop, RunningSystem, windowsStack } from './running-system.ts';

let system: RunningSystem;
let alice: ApiUser;

beforeAll(async () => {
  system = await RunningSystem.start();
  alice = await system.as('alice');
}, 90_000);

afterAll(() => system?.remove());

test('a desktop from request to connection, stop, start and end, heard live and on NATS', async () => {
  const watching = new AbortController();
  const live: string[] = [];
  await alice.watch((type) => live.push(type), watching.signal);

  const { id } = await alice.launch('first');
  const running = await alice.reaches(id, 'running');
  expect(running.capabilities).toEqual(expect.arrayContaining(['connect', 'stop', 'reboot', 'terminate']));
  expect(running.capabilities).not.toContain('show-password');

  const connection = await alice.connect(id);
  expect(new URL(connection.browserUrl).hash).toBe(`#${id}`);
  expect(await openDesktop(connection.browserUrl)).toMatchObject({ result: 'yes', username: 'alice' });

  await alice.ask(id, 'stop');
  await alice.reaches(id, 'stopped');
  expect(await openDesktop(connection.browserUrl)).toMatchObject({ result: 'no' });
  await alice.ask(id, 'start');
  await alice.reaches(id, 'running');
  expect(await openDesktop(connection.browserUrl), 'a token from before the stop').toMatchObject({
    result: 'no',
  });
  expect(await openDesktop((await alice.connect(id)).browserUrl)).toMatchObject({ result: 'yes' });

  await alice.ask(id, 'terminate');
  const ended = await alice.reaches(id, 'terminated');
  expect(ended.capabilities).toEqual([]);
  expect(await system.instancesOf(id)).toMatchObject([{ state: 'terminated' }]);

  const told = [
    'requested',
    'provisioning',
    'starting',
    'running',
    'stop-requested',
    'stopping',
    'stopped',
    'start-requested',
    'terminate-requested',
    'terminating',
    'terminated',
  ].map((fact) => `deskfleet.session.${fact}.v1`);
  await eventually(() => expect(live).toEqual(expect.arrayContaining(told)));
  expect(live).toContain('deskfleet.access.connection-authorized.v1');
  watching.abort();

  const heard = await system.events();
  expect(heard.map(({ type }) => type)).toEqual(expect.arrayContaining([...new Set(live)].filter(Boolean)));
  expect(heard.every((event) => event.validate())).toBe(true);
}, 120_000);

test('a desktop is opened by the token of its owner and on its own host only', async () => {
  const bob = await system.as('bob');
  const [mine, other] = [await alice.launch('mine'), await alice.launch('other', windowsStack)];
  await alice.reaches(mine.id, 'running');
  await alice.reaches(other.id, 'running');

  const { browserUrl } = await alice.connect(mine.id);
  const foreign = new URL((await alice.connect(other.id)).browserUrl);
  const stolen = new URL(browserUrl);
  stolen.pathname = foreign.pathname;
  expect(await openDesktop(stolen.href), 'a valid token, presented by another host').toMatchObject({
    result: 'no',
  });
  expect(await openDesktop(browserUrl)).toMatchObject({ result: 'yes', username: 'alice' });
  expect(await openDesktop(foreign.href), 'a Windows desktop').toMatchObject({
    result: 'yes',
    username: 'alice',
  });

  expect((await bob.call('GET', `/v1/sessions/${mine.id}`)).status).toBe(404);
  expect((await bob.call('POST', `/v1/sessions/${mine.id}/connection`)).status).toBe(404);
  for (const { id } of [mine, other]) await alice.ask(id, 'terminate');
  for (const { id } of [mine, other]) await alice.reaches(id, 'terminated');
}, 120_000);

test('desktops are still there, in their states, after the system was stopped and started', async () => {
  const kept = [await alice.launch('kept running'), await alice.launch('kept stopped')] as const;
  await alice.reaches(kept[0].id, 'running');
  await alice.reaches(kept[1].id, 'running');
  await alice.ask(kept[1].id, 'stop');
  await alice.reaches(kept[1].id, 'stopped');

  await system.down();
  await system.up();
  alice = await system.as('alice');

  expect(await alice.session(kept[0].id)).toMatchObject({ state: 'running' });
  expect(await alice.session(kept[1].id)).toMatchObject({ state: 'stopped' });
  expect(await openDesktop((await alice.connect(kept[0].id)).browserUrl)).toMatchObject({ result: 'yes' });
  for (const { id } of kept) await alice.ask(id, 'terminate');
  for (const { id } of kept) await alice.reaches(id, 'terminated');
}, 120_000);

test('each service is connected as its own role, which owns nothing', async () => {
  const owner = new pg.Client({ connectionString: system.embedded.urls.databaseOwner });
  await owner.connect();
  try {
    const expected = serviceSchemas
      .map((schema) => ({
        application_name: schema.replaceAll('_', '-'),
        usename: roleNameOf(schema, 'deskfleet'),
      }))
      .sort((a, b) => a.usename.localeCompare(b.usename));
    const { rows } = await owner.query<{ application_name: string; usename: string }>(
      'select distinct application_name, usename from pg_stat_activity where application_name = any($1)',
      [expected.map(({ application_name }) => application_name)],
    );
    expect(rows.sort((a, b) => a.usename.localeCompare(b.usename))).toEqual(expected);
    const owned = await owner.query(
      `select from pg_class join pg_roles on pg_roles.oid = relowner where rolname = any($1)`,
      [expected.map(({ usename }) => usename)],
    );
    expect(owned.rowCount).toBe(0);
  } finally {
    await owner.end();
  }
});
