import {
  type AdminUser,
  type AdminUserList,
  eventCatalogue,
  type Me,
  type Problem,
} from '@deskfleet/contracts';
import { eventually } from '@deskfleet/testkit';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { publishAs } from './publish-event.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => gateway.close());

const signIn = (user: string) => gateway.send<Me>(user, 'GET /v1/me');
const setDisabled = (user: string, disabled: unknown, as = 'admin') =>
  gateway.send<AdminUser>(as, `PATCH /v1/admin/users/${encodeURIComponent(user)}`, { body: { disabled } });

async function epochOf(user: string): Promise<number> {
  const { rows } = await gateway.owner.query<{ access_epoch: number }>(
    'select access_epoch from api_gateway.users where name = $1',
    [user],
  );
  return rows[0]?.access_epoch ?? -1;
}

async function writtenAbout(user: string) {
  const events = await gateway.owner.query<{ event: string }>(
    `select event from api_gateway.outbox where event::jsonb->'data'->>'user' = $1 order by seq`,
    [user],
  );
  const audit = await gateway.owner.query(
    `select actor, action, session_id, source_address from api_gateway.audit_log where detail->>'user' = $1 order by id`,
    [user],
  );
  return { events: events.rows.map(({ event }) => JSON.parse(event)), audit: audit.rows };
}

describe('disabling a user', () => {
  test('shuts them out at once, ends what was made for them for good, and is told', async () => {
    const user = 'dora@example.org';
    expect((await signIn(user)).status).toBe(200);
    const disabled = await setDisabled(user, true);
    expect(disabled.body).toMatchObject({ name: user, disabled: true, disabledAt: expect.any(String) });
    const shutOut = await signIn(user);
    expect([shutOut.status, (shutOut.body as unknown as Problem).code]).toEqual([403, 'forbidden']);
    expect(await epochOf(user)).toBe(2);

    const { events, audit } = await writtenAbout(user);
    expect(events).toMatchObject([
      {
        type: 'deskfleet.access.user-disabled.v1',
        subject: 'deployment',
        data: { user, cause: 'admin:admin' },
      },
    ]);
    expect(Value.Errors(eventCatalogue['deskfleet.access.user-disabled.v1'], events[0].data)).toEqual([]);
    expect(audit).toEqual([
      { actor: 'admin:admin', action: 'user.disable', session_id: null, source_address: '127.0.0.1' },
    ]);
  });

  test('twice is once; letting them in again revives nothing of before', async () => {
    await signIn('egon');
    await setDisabled('egon', true);
    await setDisabled('egon', true);
    expect(await epochOf('egon')).toBe(2);
    const enabled = await setDisabled('egon', false);
    expect(enabled.body).toMatchObject({ disabled: false, disabledAt: null });
    expect((await signIn('egon')).status).toBe(200);
    expect(await epochOf('egon')).toBe(2);
    const { events, audit } = await writtenAbout('egon');
    expect(events).toHaveLength(1);
    expect(audit.map(({ action }) => action)).toEqual(['user.disable', 'user.enable']);
  });

  test('by way of another replica is known here as soon as its event is', async () => {
    await signIn('frida');
    await gateway.owner.query("update api_gateway.users set disabled_at = now() where name = 'frida'");
    expect((await signIn('frida')).status).toBe(200);
    const data = { user: 'frida', cause: 'admin:root', sessionId: null, owner: null };
    await publishAs(gateway, 'deskfleet.access.user-disabled.v1', data);
    await eventually(async () => (await signIn('frida')).status === 403);
  });

  test.each<[status: number, code: string, why: string, user: string, disabled: unknown]>([
    [404, 'not-found', 'nobody of that name', 'nobody', true],
    [404, 'not-found', 'a name that could be a path', '../users', true],
    [409, 'own-account', 'the administrator themselves', 'admin', true],
    [400, 'invalid-request', 'what is neither yes nor no', 'admin', 'yes'],
    [400, 'invalid-request', 'a name with a zero byte', 'a\u0000', true],
  ])('%i %s: %s', async (status, code, _why, user, disabled) => {
    await signIn('admin');
    const before = await gateway.writtenRows();
    const answer = await setDisabled(user, disabled);
    expect([answer.status, (answer.body as unknown as Problem).code]).toEqual([status, code]);
    expect(await gateway.writtenRows()).toEqual(before);
  });
});

test('users with the longest names can be found, paged past and disabled', async () => {
  const names = ['zz'.padEnd(255, 'ü'), 'zzz'.padEnd(255, '漢')];
  for (const name of names) await signIn(name);
  const page = async (cursor: string) =>
    (await gateway.send<AdminUserList>('admin', `GET /v1/admin/users?q=zz&limit=1${cursor}`)).body;
  const first = await page('');
  const second = await page(`&cursor=${first.nextCursor}`);
  expect([first, second].flatMap(({ items }) => items.map(({ name }) => name)).sort()).toEqual(names.sort());
  for (const name of names) expect((await setDisabled(name, true)).body.disabled).toBe(true);
});

describe('the list of users', () => {
  test('is in the order of names, in pages, and can be searched', async () => {
    for (const user of ['user-c', 'user-a', 'user-d', 'user-b']) await signIn(user);
    await setDisabled('user-b', true);
    const list = async (query: string) =>
      (await gateway.send<AdminUserList>('admin', `GET /v1/admin/users?q=USER-&${query}`)).body;
    const first = await list('limit=3');
    expect(first.items.map(({ name }) => name)).toEqual(['user-a', 'user-b', 'user-c']);
    const second = await list(`limit=3&cursor=${first.nextCursor}`);
    expect([second.items.map(({ name }) => name), second.nextCursor]).toEqual([['user-d'], null]);
    expect((await list('disabled=true')).items.map(({ name }) => name)).toEqual(['user-b']);
    const one = await gateway.send<AdminUser>('admin', 'GET /v1/admin/users/user-b');
    expect(one.body).toEqual(first.items[1]);
  });
});
