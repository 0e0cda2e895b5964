import { type Image, type Problem, workingWeek } from '@deskfleet/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';

let gateway: Gateway;
let sessionId: string;
let endedId: string;
let imageId: string;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
  sessionId = (await gateway.create('alice')).id;
  await gateway.setState(sessionId, 'running', { instance_id: 'i-1', private_ip: '127.1.2.3' });
  const image = await gateway.send<Image>('admin', `POST /v1/sessions/${sessionId}/image`, {
    body: { name: 'image' },
  });
  imageId = image.body.id;
  endedId = (await gateway.create('alice')).id;
  await gateway.setState(endedId, 'terminated', { desired: 'terminated' });
});
afterAll(() => gateway.close());

/**
 * What each kind of caller gets on sessions of alice's: `:id` is running, `:ended` is terminated, so that all stays as it
 * is, and `:image` is an image of the first.
 */
interface Row {
  route: string;
  owner: number;
  administrator: number;
  other: number;
  body?: object;
}

const m7iXlarge = { instanceType: 'm7i.xlarge' };
const ofOneSession: Row[] = [
  { route: 'GET /v1/sessions/:id', owner: 200, administrator: 200, other: 404 },
  { route: 'GET /v1/sessions/:id/history', owner: 200, administrator: 200, other: 404 },
  { route: 'POST /v1/sessions/:id/start', owner: 409, administrator: 409, other: 404 },
  { route: 'POST /v1/sessions/:ended/stop', owner: 409, administrator: 409, other: 404 },
  { route: 'DELETE /v1/sessions/:ended', owner: 409, administrator: 409, other: 404 },
  { route: 'POST /v1/sessions/:ended/reboot', owner: 409, administrator: 409, other: 404 },
  { route: 'POST /v1/sessions/:id/resize', owner: 409, administrator: 409, other: 404, body: m7iXlarge },
  { route: 'POST /v1/sessions/:id/windows-password', owner: 409, administrator: 403, other: 404 },
  {
    route: 'POST /v1/sessions/:ended/image',
    owner: 403,
    administrator: 409,
    other: 404,
    body: { name: 'image' },
  },
  { route: 'GET /v1/sessions/:id/images', owner: 200, administrator: 200, other: 404 },
  { route: 'GET /v1/images/:image', owner: 200, administrator: 200, other: 404 },
  { route: 'GET /v1/sessions/:id/shares', owner: 200, administrator: 200, other: 404 },
  {
    route: 'POST /v1/sessions/:ended/shares',
    owner: 409,
    administrator: 409,
    other: 404,
    body: { user: 'carla', permissions: 'full', expiresAt: '2099-01-01T00:00:00Z' },
  },
  { route: 'DELETE /v1/sessions/:id/shares/:nowhere', owner: 404, administrator: 404, other: 404 },
  { route: 'POST /v1/sessions/:id/connection', owner: 201, administrator: 403, other: 404 },
  { route: 'GET /v1/sessions/:id/connection.dcv', owner: 200, administrator: 403, other: 404 },
  { route: 'GET /v1/sessions/:id/schedule', owner: 200, administrator: 200, other: 404 },
  {
    route: 'PUT /v1/sessions/:ended/schedule',
    owner: 409,
    administrator: 409,
    other: 404,
    body: { ...workingWeek, timezone: 'UTC' },
  },
  { route: 'PUT /v1/sessions/:id/overrides', owner: 200, administrator: 200, other: 404, body: {} },
  { route: 'POST /v1/sessions/:ended/keep-alive', owner: 409, administrator: 409, other: 404 },
  {
    route: 'PATCH /v1/sessions/:ended',
    owner: 409,
    administrator: 409,
    other: 404,
    body: { stopAtClose: true },
  },
];
const ofNobody: Row[] = [
  { route: 'GET /v1/sessions', owner: 200, administrator: 200, other: 200 },
  { route: 'POST /v1/sessions', owner: 400, administrator: 400, other: 400, body: {} },
  { route: 'GET /v1/software-stacks', owner: 200, administrator: 200, other: 200 },
  { route: 'GET /v1/instance-types', owner: 200, administrator: 200, other: 200 },
  { route: 'GET /v1/subnets', owner: 200, administrator: 200, other: 200 },
  { route: 'GET /v1/projects', owner: 200, administrator: 200, other: 200 },
  { route: 'GET /v1/permission-sets', owner: 200, administrator: 200, other: 200 },
  { route: 'GET /v1/me', owner: 200, administrator: 200, other: 200 },
  { route: 'PATCH /v1/me', owner: 200, administrator: 200, other: 200, body: { timezone: null } },
  { route: 'GET /v1/schedules/default', owner: 200, administrator: 200, other: 200 },
  { route: 'POST /v1/schedules/preview', owner: 400, administrator: 400, other: 400, body: {} },
  { route: 'GET /v1/me/quota', owner: 200, administrator: 200, other: 200 },
];
/** Administrators get what the rows of CRUD look at (administration.test.ts); here nothing may change. */
const ofAdministrators: Row[] = ['software-stacks', 'profiles', 'projects', 'permission-sets'].flatMap(
  (kinds) => {
    const row = (method: string, suffix: string, administrator: number, body?: object): Row => ({
      route: `${method} /v1/admin/${kinds}${suffix}`,
      owner: 403,
      administrator,
      other: 403,
      ...(body ? { body } : {}),
    });
    return [
      row('GET', '', 200),
      row('POST', '', 400, {}),
      row('GET', '/:nowhere', 404),
      row('PATCH', '/:nowhere', 404, { name: 'Changed' }),
      row('DELETE', '/:nowhere', 404),
    ];
  },
);
ofAdministrators.push(
  { route: 'GET /v1/admin/users', owner: 403, administrator: 200, other: 403 },
  { route: 'GET /v1/admin/users/:user', owner: 403, administrator: 404, other: 403 },
  {
    route: 'PATCH /v1/admin/users/:user',
    owner: 403,
    administrator: 404,
    other: 403,
    body: { disabled: true },
  },
  { route: 'GET /v1/admin/connections', owner: 403, administrator: 200, other: 403 },
);
const routes = [...ofOneSession, ...ofNobody, ...ofAdministrators];
const nowhere = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';
const addressOf = (route: string) =>
  route
    .replace(':id', sessionId)
    .replace(':ended', endedId)
    .replace(':image', imageId)
    .replace(':nowhere', nowhere)
    .replace(':user', 'nobody');
const withBody = (body: object | undefined) => (body === undefined ? {} : { body });

describe.each(routes)('$route', ({ route, body, ...expected }) => {
  test.each([
    ['alice', 'owner'],
    ['admin', 'administrator'],
    ['bob', 'other'],
  ] as const)('as %s (%s)', async (user, role) => {
    const answer = await gateway.send(user, addressOf(route), withBody(body));
    expect(answer.status).toBe(expected[role]);
    if (role === 'other') expect(answer.text).not.toMatch(/alice|i-1|127\.1\.2\.3/);
  });
});

const badTokens: [string, () => Promise<string> | string][] = [
  ['an expired token', () => gateway.issuer.token('alice', { expiresIn: -60 })],
  ['a token for another audience', () => gateway.issuer.token('alice', { audience: 'other' })],
  ['a token of another issuer', () => gateway.issuer.token('alice', { issuer: 'https://evil.example' })],
  ['a token without a signature (alg none)', () => gateway.issuer.unsignedToken('alice')],
  ['a token signed with HS256 by the public key', () => gateway.issuer.tokenSignedByPublicKey('alice')],
  ["a token signed by a stranger's key", () => gateway.issuer.tokenOfStrangersKey('alice')],
  ['a token without an expiry', () => gateway.issuer.token('alice', { claims: { exp: undefined } })],
  ['a token that is not valid yet', () => gateway.issuer.token('alice', { claims: { nbf: 4_000_000_000 } })],
  ['a user name with a control character', () => gateway.issuer.token('al\u0000ice')],
  ['a user name that reads backwards', () => gateway.issuer.token('al\u202eice')],
  ['a user name that is too long', () => gateway.issuer.token('a'.repeat(300))],
  ['a user name that is no text', () => gateway.issuer.token('x', { claims: { preferred_username: 7 } })],
  ['text that is no token', () => 'hello'],
];
// The live stream, which never ends for those who may hear it, has a test file of its own.
const guarded = [...routes.map(({ route }) => route), 'GET /v1/events'];

describe.each(badTokens)('%s', (what, tokenOf) => {
  test.each(guarded)('lets nobody pass on %s', async (route) => {
    const before = await gateway.writtenRows();
    const answer = await gateway.send<Problem>(null, addressOf(route), { token: await tokenOf() });
    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe(what === 'an expired token' ? 'token-expired' : 'not-authenticated');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    expect(await gateway.writtenRows()).toEqual(before);
  });
});

test.each(guarded)('nobody passes without a token on %s', async (route) => {
  const answer = await gateway.send<Problem>(null, addressOf(route));
  expect(answer.status).toBe(401);
  expect(answer.body.code).toBe('not-authenticated');
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
});

test('every route of the API is in this table', async () => {
  const description = await gateway.send<{ paths: Record<string, object> }>(null, 'GET /openapi.json');
  const described = Object.entries(description.body.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(
      (method) =>
        `${method.toUpperCase()} ${path.replace('{id}', ':id').replace('{name}', ':user').replace('{shareId}', ':nowhere')}`,
    ),
  );
  expect(described.sort()).toEqual(
    guarded
      .map((route) =>
        route
          .replace(/\/:(ended|image|nowhere)(?!.*:nowhere)/, '/:id')
          .replace('shares/:id', 'shares/:nowhere'),
      )
      .sort(),
  );
});

test("somebody else's session answers like one that is not there", async () => {
  for (const { route, body } of ofOneSession) {
    const foreign = await gateway.send('bob', addressOf(route), withBody(body));
    const missing = await gateway.send(
      'bob',
      route.replace(/:id|:ended|:image/, nowhere).replace(':nowhere', nowhere),
      withBody(body),
    );
    const told = ({ status, code, detail, title }: Problem) => ({ status, code, detail, title });
    expect(told(foreign.body)).toEqual(told(missing.body));
  }
});

test('somebody who is no administrator learns nothing of what a body or an id would have been answered', async () => {
  for (const { route } of ofAdministrators.filter(({ route }) => !route.startsWith('GET'))) {
    for (const body of [undefined, '{"name": ', { name: 7, colour: 'red' }]) {
      const answer = await gateway.send<Problem>('bob', addressOf(route), withBody(body as object));
      expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
      expect(answer.body.detail).toMatch(/Only administrators/);
    }
  }
});

test("what an administrator does to somebody's session names them as its cause", async () => {
  const session = await gateway.create('carla');
  await gateway.setState(session.id, 'running', { instance_id: 'i-9' });
  await gateway.send('admin', `POST /v1/sessions/${session.id}/stop`);
  const { rows } = await gateway.owner.query(
    `select i.cause, a.actor, a.source_address from api_gateway.session_intents i, api_gateway.audit_log a
     where i.session_id = $1 and i.seq = 2 and a.session_id = $1 and a.action = 'session.stop'`,
    [session.id],
  );
  expect(rows).toEqual([{ cause: 'admin:admin', actor: 'admin:admin', source_address: '127.0.0.1' }]);
});

test('a user whom an administrator has disabled is told so, and can do nothing', async () => {
  await gateway.owner.query(
    `insert into api_gateway.users (name, last_seen_at, disabled_at) values ('dave', now(), now())`,
  );
  const answer = await gateway.send<Problem>('dave', 'GET /v1/me');
  expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
});

test('somebody whose token has no preferred name goes by its subject', async () => {
  const token = await gateway.issuer.token('x', {
    claims: { preferred_username: undefined, sub: 'subject-7' },
  });
  const answer = await gateway.send<{ name: string }>(null, 'GET /v1/me', { token });
  expect(answer.body).toEqual({ name: 'subject-7', displayName: null, administrator: false, timezone: null });
});

test('the forwarded address of a proxy that nobody trusts is not believed', async () => {
  const session = await gateway.create('frank');
  await gateway.setState(session.id, 'running', { instance_id: 'i-8' });
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  await gateway.send('frank', `POST /v1/sessions/${session.id}/stop`, { headers });
  const query = `select source_address from api_gateway.audit_log where session_id = $1 and action = 'session.stop'`;
  const { rows } = await gateway.owner.query(query, [session.id]);
  expect(rows).toEqual([{ source_address: '127.0.0.1' }]);
});

test('the gateway speaks to Postgres as its own role, which owns nothing', async () => {
  const pg = await import('pg');
  const client = new pg.default.Client({ connectionString: gateway.database.urlFor('api_gateway') });
  await client.connect();
  const { rows } = await client.query(
    `select current_user as name, (select rolsuper from pg_roles where rolname = current_user) as super,
       exists (select from pg_tables where schemaname = 'api_gateway' and tableowner = current_user) as owns`,
  );
  const using = await gateway.owner.query(
    `select distinct usename from pg_stat_activity where application_name = 'api-gateway' and datname = $1`,
    [gateway.database.name],
  );
  await client.end();
  expect(rows[0]).toEqual({ name: using.rows[0].usename, super: false, owns: false });
  expect(using.rows).toHaveLength(1);
});
