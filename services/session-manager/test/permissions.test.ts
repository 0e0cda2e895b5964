import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventually, StayingViewer } from '@deskfleet/testkit';
import { v7 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import type { Instance, RequestOptions } from './fleet-rows.ts';

/** Says yes to everybody, under the name that their token is: who may use a desktop is the permission file's business here. */
function startAuthenticator(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const name = new URLSearchParams(await text(request)).get('authenticationToken') ?? '';
    response.setHeader('content-type', 'text/xml');
    response.end(`<auth result="yes"><username>${name}</username></auth>`);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

let authenticator: Server;
let fleet: Fleet;
let viewers: StayingViewer[] = [];
beforeAll(async () => {
  authenticator = await startAuthenticator();
});
afterAll(() => new Promise((resolve) => authenticator.close(resolve)));
beforeEach(async () => {
  const { port } = authenticator.address() as AddressInfo;
  fleet = await Fleet.open({ DCV_AUTHENTICATOR_URL: `http://127.0.0.1:${port}/authenticator` });
  await fleet.tamper(
    `insert into api_gateway.users (name, last_seen_at) values ('bob', now()), ('carla', now())`,
  );
});
afterEach(async () => {
  for (const viewer of viewers) viewer.leave();
  viewers = [];
  await fleet.close();
});

const full = ['builtin'];
const viewOnly = ['audio-out', 'display', 'pointer'];

/** What the gateway writes when a desktop is shared. */
async function share(sessionId: string, user: string, { features = full, seconds = 3_600 } = {}) {
  const id = uuid();
  await fleet.tamper(
    `insert into api_gateway.shares (id, session_id, user_name, permissions, features, granted_by, created_at, expires_at)
     values ($1, $2, $3, 'full', $4, 'user:alice', $5, $6)`,
    [id, sessionId, user, features, fleet.now(), new Date(fleet.now().getTime() + seconds * 1000)],
  );
  return id;
}

const withdraw = (id: string) =>
  fleet.tamper(`update api_gateway.shares set ended_at = $2, ended_cause = 'user:alice' where id = $1`, [
    id,
    fleet.now(),
  ]);

/** One look, and what it sets off. */
async function apply(): Promise<number> {
  const { permissions } = fleet.manager;
  const seconds = await permissions.pass();
  await permissions.settled();
  return seconds;
}

interface SharedInstance extends Instance {
  privateIp: string;
  host: { permissionFile: string };
  connections: { username: string }[];
}
async function hostOf(sessionId: string): Promise<SharedInstance> {
  const [instance] = await fleet.instances(sessionId);
  if (!instance) throw new Error('no host');
  return instance as SharedInstance;
}
const fileOf = async (sessionId: string) => (await hostOf(sessionId)).host.permissionFile;
const connected = async (sessionId: string) =>
  (await hostOf(sessionId)).connections.map(({ username }) => username).sort();

async function open(sessionId: string, user: string, dcvSessionId = sessionId): Promise<StayingViewer> {
  const { privateIp } = await hostOf(sessionId);
  const viewer = await StayingViewer.open(
    `${fleet.simulatorUrl}/desktops/${privateIp}/?authToken=${encodeURIComponent(user)}#${dcvSessionId}`,
  );
  viewers.push(viewer);
  return viewer;
}

async function toldOf(sessionId: string): Promise<string[] | null> {
  const rows = await fleet.rows<{ share_ids: string[] }>(
    'select share_ids from session_manager.host_permissions where session_id = $1',
    [sessionId],
  );
  return rows[0]?.share_ids ?? null;
}

const commands = async () => (await fleet.callCounts()).SendCommand?.calls ?? 0;
/** A desktop that runs, as it was asked for. */
const running = (name: string, options?: RequestOptions) => fleet.running(name, options);

describe('a share', () => {
  test('lets the guest in once the host has been told, beside the owner', async () => {
    const id = await running('desk');
    await expect(open(id, 'bob')).rejects.toThrow();
    const shareId = await share(id, 'bob');
    await apply();
    expect(await fileOf(id)).toBe('[permissions]\n%owner% allow builtin\nbob allow builtin\n');
    expect(await toldOf(id)).toEqual([shareId]);
    await Promise.all([open(id, 'bob'), open(id, 'alice')]);
    expect(await connected(id)).toEqual(['alice', 'bob']);
    await expect(open(id, 'carla')).rejects.toThrow();
  });

  test('that is withdrawn ends the guest’s connection and no other', async () => {
    const id = await running('desk');
    const shareId = await share(id, 'bob');
    const other = await share(id, 'carla');
    await apply();
    const [alice, bob, carla] = [await open(id, 'alice'), await open(id, 'bob'), await open(id, 'carla')];
    await withdraw(shareId);
    await apply();
    await eventually(() => expect(bob.closedWith).toBe('You may not use this desktop.'));
    expect([alice.closedWith, carla.closedWith]).toEqual([null, null]);
    expect(await connected(id)).toEqual(['alice', 'carla']);
    expect(await toldOf(id)).toEqual([other]);
    await expect(open(id, 'bob')).rejects.toThrow();
  });

  test('is over at its expiry, which the loop sleeps until, whether or not anybody has written that down', async () => {
    const id = await running('desk');
    await share(id, 'bob', { seconds: 2 });
    await apply();
    const bob = await open(id, 'bob');
    expect(await apply()).toBeLessThanOrEqual(2);
    fleet.advance(2);
    await apply();
    await eventually(() => expect(bob.closedWith).not.toBeNull());
    expect(await fileOf(id)).toBe('[permissions]\n%owner% allow builtin\n');
  });

  test('that only views holds the guest off while the owner is away', async () => {
    const id = await running('desk');
    await share(id, 'bob', { features: viewOnly });
    await apply();
    await expect(open(id, 'bob')).rejects.toThrow();
    await open(id, 'alice');
    expect((await open(id, 'bob')).username).toBe('bob');
  });

  test('that takes the place of one like it is told again, so that it is known to be in force', async () => {
    const id = await running('desk');
    const first = await share(id, 'bob');
    await apply();
    await withdraw(first);
    const second = await share(id, 'bob');
    await apply();
    expect(await toldOf(id)).toEqual([second]);
  });

  test('with somebody who is disabled counts no more', async () => {
    const id = await running('desk');
    await share(id, 'bob');
    await apply();
    const bob = await open(id, 'bob');
    await fleet.tamper(`update api_gateway.users set disabled_at = now() where name = 'bob'`);
    await apply();
    await eventually(() => expect(bob.closedWith).not.toBeNull());
  });

  test('on a Windows desktop names the guest by their domain', async () => {
    await fleet.close();
    const { port } = authenticator.address() as AddressInfo;
    fleet = await Fleet.open({
      DCV_AUTHENTICATOR_URL: `http://127.0.0.1:${port}/authenticator`,
      HOST_ACCOUNTS: 'directory',
      DCV_WINDOWS_NETBIOS_DOMAIN: 'CORP',
      ALLOW_DOWNLOAD_FROM_PORTAL: 'False',
    });
    await fleet.tamper(`insert into api_gateway.users (name, last_seen_at) values ('bob', now())`);
    const id = await running('desk', { os: 'windows' });
    const shareId = await share(id, 'bob');
    await apply();
    expect(await fileOf(id)).toBe(
      '[permissions]\n%owner% allow builtin\nCORP\\bob allow builtin\n%any% deny file-download\n',
    );
    const [alice, bob] = [await open(id, 'CORP\\alice', 'console'), await open(id, 'CORP\\bob', 'console')];
    await withdraw(shareId);
    await apply();
    await eventually(() => expect(bob.closedWith).not.toBeNull());
    expect(alice.closedWith).toBeNull();
  });
});

describe('hosts are told', () => {
  test('once, and not at all where nothing is shared', async () => {
    await running('quiet');
    const id = await running('desk');
    const before = await commands();
    await apply();
    expect(await commands()).toBe(before);
    await share(id, 'bob');
    for (let look = 0; look < 3; look++) await apply();
    expect(await commands()).toBe(before + 1);
  });

  test.each([
    ['a stop', { kind: 'stop' as const, args: {}, rest: 'stopped' as const, hibernation: false }],
    [
      'a hibernation',
      {
        kind: 'stop' as const,
        args: { mode: 'hibernate' as const },
        rest: 'hibernated' as const,
        hibernation: true,
      },
    ],
  ])('again after %s, of what counts then', async (_, { kind, args, rest, hibernation }) => {
    const id = await running('desk', { hibernation });
    const short = await share(id, 'carla', { seconds: 60 });
    const long = await share(id, 'bob', { seconds: 86_400 });
    await apply();
    expect((await toldOf(id))?.sort()).toEqual([short, long].sort());
    await fleet.intend(id, kind, args);
    await fleet.reaches(id, rest);
    const before = await commands();
    await apply();
    expect(await commands(), 'a desktop that rests is told nothing').toBe(before);
    fleet.advance(120);
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    await apply();
    expect(await toldOf(id)).toEqual([long]);
    expect(await fileOf(id)).toContain('bob allow builtin');
    expect(await fileOf(id)).not.toContain('carla');
  });

  test('again after a reboot', async () => {
    const id = await running('desk');
    await share(id, 'bob');
    await apply();
    const before = await commands();
    await fleet.intend(id, 'reboot');
    await fleet.reaches(id, 'starting');
    await fleet.reaches(id, 'running');
    const asked = await commands();
    await apply();
    expect(asked).toBeGreaterThan(before);
    expect(await commands()).toBe(asked + 1);
    expect((await open(id, 'bob')).username).toBe('bob');
  });

  test('to let the owner out, too, who is disabled', async () => {
    const id = await running('desk');
    await share(id, 'bob');
    await apply();
    const [alice, bob] = [await open(id, 'alice'), await open(id, 'bob')];
    await fleet.tamper(`update api_gateway.users set disabled_at = now() where name = 'alice'`);
    await apply();
    await eventually(() => expect(alice.closedWith).not.toBeNull());
    expect(bob.closedWith).toBeNull();
    await expect(open(id, 'alice')).rejects.toThrow();
    await fleet.tamper(`update api_gateway.users set disabled_at = null where name = 'alice'`);
    await apply();
    expect((await open(id, 'alice')).username).toBe('alice');
  });
});

describe('a host that does not answer', () => {
  test('is tried again with back-off, keeps no other waiting, and raises one alert after five minutes', async () => {
    const silent = await running('silent');
    const other = await running('other');
    const withdrawn = await share(silent, 'bob');
    await apply();
    const bob = await open(silent, 'bob');
    await fleet.host(silent, { agent: 'silent' });
    await withdraw(withdrawn);
    const told = await share(other, 'bob');
    expect(await apply()).toBeLessThanOrEqual(5);
    expect(await toldOf(other)).toEqual([told]);
    expect(bob.closedWith).toBeNull();

    const before = await commands();
    await apply();
    expect(await commands(), 'not before its pause is over').toBe(before);
    for (let minute = 0; minute < 6; minute++) {
      fleet.advance(60);
      await apply();
    }
    expect(await fleet.alerts('permissions-overdue')).toBe(1);
    await fleet.host(silent, { agent: 'ok' });
    fleet.advance(60);
    await apply();
    await eventually(() => expect(bob.closedWith).not.toBeNull());
    expect(await toldOf(silent)).toEqual([]);
  });

  test('is told again by the next process when the one that told it died before it had written that down', async () => {
    const id = await running('desk');
    const shareId = await share(id, 'bob');
    await apply();
    // As begin() leaves it: from there on it is not known what the host has.
    await fleet.tamper(
      `update session_manager.host_permissions set digest = '', share_ids = '{}' where session_id = $1`,
      [id],
    );
    await apply();
    expect(await toldOf(id)).toEqual([shareId]);
  });

  test('as its desktop has ended is forgotten', async () => {
    const id = await running('desk');
    await share(id, 'bob');
    await apply();
    await fleet.intend(id, 'terminate');
    await fleet.reaches(id, 'terminated');
    await apply();
    expect(await toldOf(id)).toBeNull();
    expect(await fleet.alerts('permissions-overdue')).toBe(0);
  });
});
