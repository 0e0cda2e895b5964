import {
  eventCatalogue,
  type PermissionSetList,
  type Problem,
  type Session,
  type SessionList,
  type Share,
  type ShareList,
} from '@deskfleet/contracts';
import { eventually } from '@deskfleet/testkit';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway, windowsStack } from './gateway-fixture.ts';
import { listen } from './live-client.ts';
import { publishAs } from './publish-event.ts';

let gateway: Gateway;
let sessionId: string;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
  // Users are known once they have signed in.
  for (const user of ['alice', 'bob', 'carla', 'admin', 'gone']) await gateway.send(user, 'GET /v1/me');
  await gateway.owner.query(`update api_gateway.users set disabled_at = now() where name = 'gone'`);
});
afterAll(() => gateway.close());
beforeEach(async () => {
  sessionId = (await gateway.create('alice')).id;
  const instance = { instance_id: `i-${sessionId}`, private_ip: '127.1.2.3' };
  await gateway.setState(sessionId, 'running', instance);
  return () => gateway.setState(sessionId, 'terminated', { desired: 'terminated' });
});

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const wish = (change: object = {}) => ({
  user: 'bob',
  permissions: 'view-only',
  expiresAt: inSeconds(3_600),
  ...change,
});
const share = (change: object = {}, as = 'alice') =>
  gateway.send<Share>(as, `POST /v1/sessions/${sessionId}/shares`, { body: wish(change) });
const shares = async (as = 'alice') =>
  (await gateway.send<ShareList>(as, `GET /v1/sessions/${sessionId}/shares`)).body.items;
const withdraw = (id: string, as = 'alice') =>
  gateway.send(as, `DELETE /v1/sessions/${sessionId}/shares/${id}`);
const listedFor = async (user: string, query = '') =>
  (await gateway.send<SessionList>(user, `GET /v1/sessions?limit=200${query}`)).body.items.map(
    ({ id }) => id,
  );

/** What a refused request must not add to. Other sessions' shares may end meanwhile. */
async function writtenAbout(): Promise<unknown> {
  const { rows } = await gateway.owner.query(
    `select (select count(*)::int from api_gateway.session_intents where session_id = $1) as intents,
       (select count(*)::int from api_gateway.audit_log where session_id = $1) as audit,
       (select count(*)::int from api_gateway.images where session_id = $1) as images,
       (select count(*)::int from api_gateway.outbox where event::jsonb->>'subject' = $1::text) as events`,
    [sessionId],
  );
  return rows[0];
}

interface Told {
  type: string;
  data: { cause: string; user: string; shareId: string };
}
async function told(): Promise<Told[]> {
  const { rows } = await gateway.owner.query<{ event: string }>(
    `select event from api_gateway.outbox where subject like '%.access.share-%' and event::jsonb->>'subject' = $1
     order by seq`,
    [sessionId],
  );
  return rows.map(({ event }) => JSON.parse(event) as Told);
}
const causes = async () =>
  (await told()).map(({ type, data }) => `${type.split('.')[2]} ${data.user} ${data.cause}`);

describe('sharing', () => {
  test('writes the share, its event and an audit entry', async () => {
    const expiresAt = inSeconds(3_600);
    const granted = await share({ expiresAt });
    expect(granted.status, granted.text).toBe(201);
    expect(granted.body).toMatchObject({
      sessionId,
      user: 'bob',
      permissions: 'view-only',
      features: ['audio-out', 'display', 'pointer'],
      grantedBy: 'user:alice',
      expiresAt,
      active: false,
    });
    expect(await shares()).toEqual([granted.body]);
    const [event] = await told();
    expect(event).toMatchObject({
      type: 'deskfleet.access.share-granted.v1',
      data: { owner: 'alice', user: 'bob', cause: 'user:alice', shareId: granted.body.id },
    });
    expect(Value.Errors(eventCatalogue['deskfleet.access.share-granted.v1'], event?.data)).toEqual([]);
    const { rows } = await gateway.owner.query(
      `select actor, action, detail->>'user' as guest from api_gateway.audit_log
       where session_id = $1 and action like '%share%'`,
      [sessionId],
    );
    expect(rows).toEqual([{ actor: 'user:alice', action: 'session.share', guest: 'bob' }]);
  });

  test('again with the same guest replaces the share', async () => {
    const first = (await share()).body;
    const second = (await share({ permissions: 'full' })).body;
    expect(await shares()).toEqual([second]);
    expect(await causes()).toEqual([
      'share-granted bob user:alice',
      'share-revoked bob replaced',
      'share-granted bob user:alice',
    ]);
    expect((await withdraw(first.id)).status).toBe(404);
  });

  test('twice at once leaves one share', async () => {
    const answers = await Promise.all([share(), share(), share({ permissions: 'full' })]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await shares()).toHaveLength(1);
  });

  test('by an administrator names them', async () => {
    expect((await share({}, 'admin')).body.grantedBy).toBe('admin:admin');
    expect(await causes()).toEqual(['share-granted bob admin:admin']);
  });

  test('is active once the running host has been told of the guest, and not of an earlier run', async () => {
    const { id } = (await share()).body;
    const told = (since: string) =>
      gateway.owner.query(
        `insert into session_manager.host_permissions (session_id, state_since, digest, share_ids, applied_at)
         select session_id, ${since}, 'd', array[$2::uuid], now() from session_manager.session_runtime where session_id = $1
         on conflict (session_id) do update set state_since = excluded.state_since`,
        [sessionId, id],
      );
    await told(`state_since - interval '1 hour'`);
    expect(await shares()).toMatchObject([{ active: false }]);
    await told('state_since');
    expect(await shares()).toMatchObject([{ active: true }]);
    await gateway.setState(sessionId, 'stopped', { desired: 'stopped' });
    expect(await shares()).toMatchObject([{ active: false }]);
  });

  test('ends at its expiry, and is told then', async () => {
    await share({ expiresAt: inSeconds(1) });
    await eventually(async () =>
      expect(await causes()).toEqual(['share-granted bob user:alice', 'share-revoked bob expiry']),
    );
    expect(await shares()).toEqual([]);
    expect(await listedFor('bob')).not.toContain(sessionId);
  });

  test('is withdrawn by the owner or an administrator, once', async () => {
    for (const user of ['alice', 'admin']) {
      const { id } = (await share()).body;
      expect((await withdraw(id, user)).status).toBe(204);
      expect((await withdraw(id, user)).status).toBe(404);
    }
    expect(await causes()).toEqual([
      'share-granted bob user:alice',
      'share-revoked bob user:alice',
      'share-granted bob user:alice',
      'share-revoked bob admin:admin',
    ]);
  });

  test('ends with the desktop', async () => {
    await share();
    await gateway.owner.query('update api_gateway.sessions set ended_at = now() where id = $1', [sessionId]);
    // A restart looks at once; otherwise within ten seconds.
    await gateway.restart();
    await eventually(async () => expect((await causes()).at(-1)).toBe('share-revoked bob session-ended'));
  });

  test('ends with the guest being disabled, for good, and not another guest’s', async () => {
    await share();
    await share({ user: 'carla' });
    for (const disabled of [true, false]) {
      await gateway.send('admin', 'PATCH /v1/admin/users/carla', { body: { disabled } });
    }
    expect((await causes()).at(-1)).toBe('share-revoked carla user-disabled');
    expect((await shares()).map(({ user }) => user)).toEqual(['bob']);
  });

  test('that is withdrawn at the very moment of its expiry ends once', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = (await share({ expiresAt: inSeconds(0.3) })).body;
      await gateway.owner.query('select pg_sleep(0.28)');
      const answers = await Promise.all([withdraw(id), withdraw(id), withdraw(id)]);
      expect(answers.filter(({ status }) => status === 204).length).toBeLessThanOrEqual(1);
      await eventually(async () =>
        expect((await told()).filter(({ data }) => data.shareId === id)).toHaveLength(2),
      );
    }
    const { rows } = await gateway.owner.query(
      'select ended_cause from api_gateway.shares where session_id = $1 order by id',
      [sessionId],
    );
    const revoked = (await causes()).filter((cause) => cause.startsWith('share-revoked'));
    expect(revoked).toEqual(rows.map(({ ended_cause }) => `share-revoked bob ${ended_cause}`));
  });

  test('asked for again with its Idempotency-Key is the same share, and the guest’s connections stay good', async () => {
    const body = wish();
    const headers = { 'idempotency-key': `share-${sessionId}` };
    const send = (change = {}) =>
      gateway.send<Share>('alice', `POST /v1/sessions/${sessionId}/shares`, {
        body: { ...body, ...change },
        headers,
      });
    const answers = await Promise.all([send(), send(), send()]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await causes()).toEqual(['share-granted bob user:alice']);
    expect((await send({ permissions: 'full' })).body).toMatchObject({ code: 'idempotency-key-reused' });
  });
});

describe('bad input', () => {
  type Row = [code: string, pointer: string, why: string, change: object, as?: string];
  const rows: Row[] = [
    ['share-with-oneself', '/user', 'the owner', { user: 'alice' }],
    ['share-with-oneself', '/user', 'the owner, by an administrator', { user: 'alice' }, 'admin'],
    ['share-with-oneself', '/user', 'an administrator’s own screen', { user: 'admin' }, 'admin'],
    ['unknown-user', '/user', 'nobody of that name', { user: 'nobody' }],
    ['unknown-user', '/user', 'somebody who is disabled', { user: 'gone' }],
    ['unknown-user', '/user', 'SQL', { user: "' or 1=1 --" }],
    ['share-expiry-out-of-range', '/expiresAt', 'the past', { expiresAt: inSeconds(-1) }],
    ['share-expiry-out-of-range', '/expiresAt', 'far ahead', { expiresAt: inSeconds(367 * 86_400) }],
    ['unknown-permission-set', '/permissions', 'no such set', { permissions: 'admin' }],
    ['unknown-permission-set', '/permissions', 'a feature', { permissions: 'builtin' }],
  ];
  test.each(rows)('%s at %s: %s', async (code, pointer, _why, change, as = 'alice') => {
    const before = await writtenAbout();
    const answer = await gateway.send<Problem>(as, `POST /v1/sessions/${sessionId}/shares`, {
      body: wish(change),
    });
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body).toMatchObject({ code, errors: [{ code, pointer }] });
    expect(await writtenAbout()).toEqual(before);
  });

  test('of several kinds is told at once', async () => {
    const change = { user: 'nobody', permissions: 'x', expiresAt: inSeconds(-1) };
    const answer = await gateway.send<Problem>('alice', `POST /v1/sessions/${sessionId}/shares`, {
      body: wish(change),
    });
    expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual([
      '/user',
      '/permissions',
      '/expiresAt',
    ]);
  });

  test.each([
    { user: 7 },
    { user: '' },
    { user: 'bo\u0000b' },
    { user: 'bob\n%owner% allow builtin' },
    { expiresAt: 'tomorrow' },
    { expiresAt: null },
    { permissions: undefined },
    { colour: 'red' },
  ])('of another form is refused: %j', async (change) => {
    const answer = await share(change);
    expect([answer.status, (answer.body as unknown as Problem).code]).toEqual([400, 'invalid-request']);
  });

  test('a desktop that is being deleted is not shared', async () => {
    await gateway.send('alice', `DELETE /v1/sessions/${sessionId}`);
    const answer = await share();
    expect([answer.status, (answer.body as unknown as Problem).code]).toEqual([409, 'session-terminating']);
  });

  test('a desktop is shared with twenty at most', async () => {
    for (let n = 1; n <= 21; n++) await gateway.send(`guest-${n}`, 'GET /v1/me');
    for (let n = 1; n <= 20; n++) expect((await share({ user: `guest-${n}` })).status).toBe(201);
    const answer = await share({ user: 'guest-21' });
    expect([answer.status, (answer.body as unknown as Problem).code]).toEqual([409, 'too-many-shares']);
    expect((await share({ user: 'guest-1', permissions: 'full' })).status).toBe(201);
  });

  test.each(['x', '../shares', '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10'])(
    'a share that is none cannot be withdrawn: %s',
    async (id) => {
      expect((await withdraw(encodeURIComponent(id))).status).toBe(404);
    },
  );
});

describe('a guest', () => {
  test('sees the desktop, may connect to it while it runs, and nothing else', async () => {
    expect(await listedFor('bob')).not.toContain(sessionId);
    expect((await gateway.send('bob', `GET /v1/sessions/${sessionId}`)).status).toBe(404);
    const { body: granted } = await share();
    expect(await listedFor('bob')).toContain(sessionId);
    expect(await listedFor('bob', '&owner=alice')).toContain(sessionId);
    expect(await listedFor('bob', '&owner=bob')).not.toContain(sessionId);
    expect(await listedFor('carla')).not.toContain(sessionId);
    const seen = await gateway.send<Session>('bob', `GET /v1/sessions/${sessionId}`);
    expect(seen.body).toMatchObject({
      owner: 'alice',
      access: 'guest',
      share: { id: granted.id, permissions: 'view-only', expiresAt: granted.expiresAt },
      capabilities: ['connect'],
      cost: null,
    });
    const connection = await gateway.send('bob', `POST /v1/sessions/${sessionId}/connection`);
    expect(connection.status, connection.text).toBe(201);
    const { rows } = await gateway.owner.query(
      `select actor from api_gateway.audit_log where session_id = $1 and action = 'session.connect'`,
      [sessionId],
    );
    expect(rows).toEqual([{ actor: 'user:bob' }]);
    await gateway.setState(sessionId, 'stopped', { desired: 'stopped' });
    const stopped = await gateway.send<Session>('bob', `GET /v1/sessions/${sessionId}`);
    expect(stopped.body.capabilities).toEqual([]);
  });

  test('is out at the expiry, before anybody has written it down', async () => {
    await share();
    await gateway.owner.query(`update api_gateway.shares set expires_at = now() where session_id = $1`, [
      sessionId,
    ]);
    expect((await gateway.send('bob', `GET /v1/sessions/${sessionId}`)).status).toBe(404);
    expect(await listedFor('bob')).not.toContain(sessionId);
    expect((await gateway.send('bob', `POST /v1/sessions/${sessionId}/connection`)).status).toBe(404);
    expect(await shares()).toEqual([]);
    expect((await share()).status, 'a new share takes the place of one that has run out').toBe(201);
  });

  test('who is an administrator too may connect to what is shared with them', async () => {
    await share({ user: 'admin' });
    const seen = await gateway.send<Session>('admin', `GET /v1/sessions/${sessionId}`);
    expect(seen.body).toMatchObject({ access: 'administrator', share: { permissions: 'view-only' } });
    expect(seen.body.capabilities).toEqual(expect.arrayContaining(['connect', 'stop', 'share']));
    expect(seen.body.capabilities).not.toContain('show-password');
    expect((await gateway.send('admin', `POST /v1/sessions/${sessionId}/connection`)).status).toBe(201);
  });

  test.each([
    ['POST', 'start'],
    ['POST', 'stop'],
    ['POST', 'reboot'],
    ['POST', 'resize', { instanceType: 'm7i.large' }],
    ['POST', 'image', { name: 'copy' }],
    ['POST', 'windows-password'],
    ['POST', 'keep-alive'],
    ['PUT', 'overrides', {}],
    ['GET', 'schedule'],
    ['PATCH', '', { name: 'mine' }],
    ['DELETE', ''],
    ['GET', 'history'],
    ['GET', 'images'],
    ['GET', 'shares'],
    ['POST', 'shares', { user: 'carla', permissions: 'full', expiresAt: inSeconds(60) }],
    ['DELETE', 'shares/0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10'],
  ] as const)('is forbidden %s %s, and learns whose desktop it is', async (method, path, body?: object) => {
    await share();
    const before = await writtenAbout();
    const route = `${method} /v1/sessions/${sessionId}${path === '' ? '' : `/${path}`}`;
    const answer = await gateway.send<Problem>('bob', route, body ? { body } : {});
    expect([answer.status, answer.body.code], answer.text).toEqual([403, 'forbidden']);
    expect(answer.body.detail).toContain('alice');
    expect(await writtenAbout()).toEqual(before);
  });

  test('finds shared desktops among their own in stable pages', async () => {
    const own = (await gateway.create('dana')).id;
    await share({ user: 'dana' });
    const first = await gateway.send<SessionList>('dana', 'GET /v1/sessions?limit=1');
    const second = await gateway.send<SessionList>(
      'dana',
      `GET /v1/sessions?limit=1&cursor=${first.body.nextCursor}`,
    );
    expect([first, second].flatMap(({ body }) => body.items.map(({ id }) => id))).toEqual([own, sessionId]);
    expect(second.body.nextCursor).toBeNull();
  });
});

test('a guest whom the desktop could not tell from its owner is refused', async () => {
  const directory = await startTestGateway({
    RATE_LIMIT_PER_MINUTE: '0',
    HOST_ACCOUNTS: 'directory',
    DCV_WINDOWS_NETBIOS_DOMAIN: 'CORP',
  });
  try {
    for (const user of ['CORP\\Alice', 'alice smith', 'OTHER\\bob']) await directory.send(user, 'GET /v1/me');
    const { id } = await directory.create('alice', { softwareStackId: windowsStack });
    const grant = (user: string) =>
      directory.send<Problem>('alice', `POST /v1/sessions/${id}/shares`, { body: wish({ user }) });
    expect((await grant('CORP\\Alice')).body).toMatchObject({ code: 'user-not-shareable' });
    expect((await grant('alice smith')).body).toMatchObject({ code: 'user-not-shareable' });
    expect((await grant('OTHER\\bob')).status).toBe(201);
  } finally {
    await directory.close();
  }
});

describe('the live stream of a guest', () => {
  const running = () => publishAs(gateway, 'deskfleet.session.running.v1', { sessionId, owner: 'alice' });

  test('tells of the desktop from the grant to the withdrawal, and nothing of who else connects', async () => {
    const client = await listen(gateway, 'bob');
    await running();
    const { body: granted } = await share();
    await eventually(() => expect(client.events()).toHaveLength(1));
    await publishAs(gateway, 'deskfleet.access.connection-authorized.v1', { sessionId, owner: 'alice' });
    await running();
    await withdraw(granted.id);
    await eventually(() => expect(client.events()).toHaveLength(3));
    await running();
    // Of a desktop of their own, so that it is known when all was told.
    await publishAs(gateway, 'deskfleet.session.running.v1', { sessionId, owner: 'bob' });
    await eventually(() => expect(client.events()).toHaveLength(4));
    expect(client.events().map(({ type }) => type.replace('deskfleet.', ''))).toEqual([
      'access.share-granted.v1',
      'session.running.v1',
      'access.share-revoked.v1',
      'session.running.v1',
    ]);
    client.close();
  });

  test('that begins after the grant tells of it too', async () => {
    await share();
    const client = await listen(gateway, 'bob');
    await running();
    await eventually(() => expect(client.events().at(-1)).toMatchObject({ data: { sessionId } }));
    client.close();
  });

  test('tells nothing of before the share, however far back it is asked for', async () => {
    const first = await listen(gateway, 'alice');
    await running();
    await eventually(() => expect(first.events().length).toBeGreaterThan(0));
    const [epoch] = (first.heard[0]?.id ?? '').split(':');
    first.close();
    await share();
    const client = await listen(gateway, 'bob', { lastEventId: `${epoch}:0` });
    await running();
    const told = () =>
      client
        .events()
        .filter(({ data }) => (data as { sessionId: string }).sessionId === sessionId)
        .map(({ type }) => type);
    await eventually(() =>
      expect(told()).toEqual(['deskfleet.access.share-granted.v1', 'deskfleet.session.running.v1']),
    );
    client.close();
  });

  test('is none of what comes after the withdrawal, whatever it says to have seen', async () => {
    const { body: granted } = await share();
    const before = await listen(gateway, 'bob');
    const [epoch, sequence] = (/^id: (.+):(\d+)$/m.exec(before.text()) ?? []).slice(1);
    before.close();
    const client = await listen(gateway, 'bob', { lastEventId: `${epoch}:${Number(sequence) + 50}` });
    await withdraw(granted.id);
    await eventually(() => expect(client.events().at(-1)?.type).toBe('deskfleet.access.share-revoked.v1'));
    const heard = client.events().length;
    await running();
    await share({ permissions: 'full' });
    await eventually(() => expect(client.events().length).toBeGreaterThan(heard));
    expect(client.events()[heard]?.type).toBe('deskfleet.access.share-granted.v1');
    client.close();
  });

  test('of somebody who is disabled ends', async () => {
    const client = await listen(gateway, 'carla');
    await gateway.send('admin', 'PATCH /v1/admin/users/carla', { body: { disabled: true } });
    await client.ended;
    expect(client.text()).toContain('disabled');
    await gateway.send('admin', 'PATCH /v1/admin/users/carla', { body: { disabled: false } });
  });
});

test('everybody can see what a desktop can be shared with', async () => {
  const { body } = await gateway.send<PermissionSetList>('bob', 'GET /v1/permission-sets');
  expect(body.items.map(({ name, standard }) => [name, standard])).toEqual([
    ['view-only', true],
    ['view-and-control', true],
    ['full', true],
  ]);
});

describe('permission sets of administrators', () => {
  const make = (body: object) => gateway.send('admin', 'POST /v1/admin/permission-sets', { body });

  test('can be shared with by name, whatever its case, and a later edit does not change what was granted', async () => {
    const made = await gateway.send<{ id: string }>('admin', 'POST /v1/admin/permission-sets', {
      body: { name: 'Pair Work', features: ['keyboard', 'display', 'mouse'] },
    });
    expect(made.status, made.text).toBe(201);
    const granted = await share({ permissions: 'pair work' });
    expect(granted.body).toMatchObject({
      permissions: 'Pair Work',
      features: ['display', 'keyboard', 'mouse'],
    });
    const route = `/v1/admin/permission-sets/${made.body.id}`;
    await gateway.send('admin', `PATCH ${route}`, { body: { features: ['display'] } });
    expect((await gateway.send('admin', `DELETE ${route}`)).status).toBe(204);
    expect(await shares()).toMatchObject([{ features: ['display', 'keyboard', 'mouse'] }]);
    const gone = await share({ permissions: 'Pair Work' });
    expect(gone.body).toMatchObject({ code: 'unknown-permission-set' });
  });

  test.each<[status: number, code: string, body: object]>([
    [409, 'permission-set-name-taken', { name: 'Full', features: ['display'] }],
    [422, 'display-required', { name: 'blind', features: ['keyboard'] }],
    [400, 'invalid-request', { name: 'x', features: ['display', 'root'] }],
    [400, 'invalid-request', { name: 'x', features: ['display\nbob allow builtin'] }],
    [400, 'invalid-request', { name: 'x', features: [] }],
    [400, 'invalid-request', { name: 'x', features: ['display', 'display'] }],
  ])('%i %s: %j', async (status, code, body) => {
    const answer = await make(body);
    expect([answer.status, (answer.body as Problem).code], answer.text).toEqual([status, code]);
  });
});
