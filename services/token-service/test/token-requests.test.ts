import { eventCatalogue, type IssuedToken, type Problem } from '@deskfleet/contracts';
import { signServiceCredential } from '@deskfleet/runtime';
import { DateTime } from 'luxon';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createRecords,
  credentialKey,
  newKey,
  type Records,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

let records: Records;
let service: ServiceUnderTest;
let sessionId: string;

beforeAll(async () => {
  records = await createRecords();
  service = await startService({ databaseUrl: records.database.urlFor('token_service'), keys: [newKey()] });
  for (const name of ['alice', 'bob', 'carol']) await records.addUser(name);
  sessionId = await records.addRunningSession();
});
afterAll(async () => {
  await service.close();
  await records.drop();
});

async function tokensOf(session: string): Promise<number> {
  const { rows } = await records.owner.query<{ count: number }>(
    'select count(*)::int as count from token_service.dcv_tokens where session_id = $1',
    [session],
  );
  return rows[0]?.count ?? -1;
}

describe('POST /internal/v1/tokens', () => {
  test('the service works as its own database role', async () => {
    const { rows } = await records.owner.query<{ usename: string }>(
      "select distinct usename from pg_stat_activity where application_name = 'token-service' and datname = $1",
      [records.database.name],
    );
    await service.tokenFor(sessionId);
    expect(rows.every(({ usename }) => usename === 'test_token_service')).toBe(true);
  });

  test('gives a token, keeps a record without it, and tells that it did', async () => {
    const session = await records.addRunningSession({ epoch: 5 });
    const response = await service.issue({ sessionId: session, user: 'alice', clientAddress: '203.0.113.7' });
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const issued = (await response.json()) as IssuedToken;
    const now = service.clock.now();
    expect(issued).toMatchObject({
      dcvSessionId: session,
      firstUseBy: now.plus({ minutes: 10 }).toISO(),
      expiresAt: now.plus({ hours: 12 }).toISO(),
    });
    const { rows } = await records.owner.query(
      'select * from token_service.dcv_tokens where session_id = $1',
      [session],
    );
    expect(rows).toEqual([
      {
        id: issued.tokenId,
        session_id: session,
        user_name: 'alice',
        access_epoch: 5,
        issued_at: now.toJSDate(),
        first_use_by: now.plus({ minutes: 10 }).toJSDate(),
        expires_at: now.plus({ hours: 12 }).toJSDate(),
        first_used_at: null,
        share_id: null,
        user_epoch: 1,
      },
    ]);
    const [event] = await records.eventsAbout(session);
    expect(event).toMatchObject({
      type: 'deskfleet.access.token-issued.v1',
      data: {
        sessionId: session,
        owner: 'alice',
        user: 'alice',
        tokenId: issued.tokenId,
        clientAddress: '203.0.113.7',
      },
    });
    expect(Value.Errors(eventCatalogue['deskfleet.access.token-issued.v1'], event?.data)).toEqual([]);
  });

  type Row = [
    status: number,
    code: string,
    why: string,
    arrange: () => Promise<{ sessionId: string; user: string }>,
  ];
  const somebody = '0199c4a0-0000-7000-8000-000000000000';
  const table: Row[] = [
    [404, 'not-found', 'no such session', async () => ({ sessionId: somebody, user: 'alice' })],
    [404, 'not-found', 'a session of somebody else', async () => ({ sessionId, user: 'bob' })],
    [
      404,
      'not-found',
      'a session whose share was withdrawn',
      async () => {
        const shared = await records.addRunningSession();
        await records.endShare(await records.addShare(shared, 'bob'));
        return { sessionId: shared, user: 'bob' };
      },
    ],
    [
      404,
      'not-found',
      'a session whose share has run out, though nobody has written that',
      async () => {
        const shared = await records.addRunningSession();
        await records.addShare(shared, 'bob', service.clock.now());
        return { sessionId: shared, user: 'bob' };
      },
    ],
    [
      404,
      'not-found',
      'a session that is shared with somebody else',
      async () => {
        const shared = await records.addRunningSession();
        await records.addShare(shared, 'carol');
        return { sessionId: shared, user: 'bob' };
      },
    ],
    [404, 'not-found', 'nobody of that name', async () => ({ sessionId, user: 'mallory' })],
    [
      404,
      'not-found',
      'a user who was disabled',
      async () => {
        await records.owner.query("update api_gateway.users set disabled_at = now() where name = 'carol'");
        return { sessionId: await records.addRunningSession({ owner: 'carol' }), user: 'carol' };
      },
    ],
    [
      409,
      'not-running',
      'a stopped session',
      async () => ({
        sessionId: await records.addRunningSession({ state: 'stopped', desired: 'stopped' }),
        user: 'alice',
      }),
    ],
    [
      409,
      'not-running',
      'a session that is still starting',
      async () => ({ sessionId: await records.addRunningSession({ state: 'starting' }), user: 'alice' }),
    ],
    [
      409,
      'not-running',
      'a running session whose stop was accepted',
      async () => {
        const stopping = await records.addRunningSession();
        await records.addIntent(stopping, 'stop');
        return { sessionId: stopping, user: 'alice' };
      },
    ],
  ];
  test.each(table)('%i %s: %s', async (status, code, _why, arrange) => {
    const request = await arrange();
    const before = await tokensOf(request.sessionId);
    const response = await service.issue(request);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect((await response.json()) as Problem).toMatchObject({ status, code });
    expect(await tokensOf(request.sessionId)).toBe(before);
  });

  test('gives a guest one that ends with the share, and records share and epoch', async () => {
    const shared = await records.addRunningSession();
    await records.owner.query("update api_gateway.users set access_epoch = 4 where name = 'bob'");
    const until = service.clock.now().plus({ minutes: 30 });
    const shareId = await records.addShare(shared, 'bob', until.plus({ milliseconds: 700 }));
    const issued = await service.tokenFor(shared, 'bob');
    expect(issued.expiresAt).toBe(until.toISO());
    const { rows } = await records.owner.query(
      'select user_name, share_id, user_epoch, expires_at from token_service.dcv_tokens where id = $1',
      [issued.tokenId],
    );
    expect(rows).toEqual([
      { user_name: 'bob', share_id: shareId, user_epoch: 4, expires_at: until.toJSDate() },
    ]);
    expect((await records.eventsAbout(shared)).at(-1)?.data).toMatchObject({ owner: 'alice', user: 'bob' });
  });

  test('a session that has no runtime row yet is not running', async () => {
    const requested = await records.addRunningSession();
    await records.owner.query('delete from session_manager.session_runtime where session_id = $1', [
      requested,
    ]);
    expect((await service.issue({ sessionId: requested, user: 'alice' })).status).toBe(409);
  });

  test('an intent that session-manager has dealt with counts no more', async () => {
    const session = await records.addRunningSession();
    await records.addIntent(session, 'stop');
    await records.change(session, { applied_seq: 2 });
    expect((await service.issue({ sessionId: session, user: 'alice' })).status).toBe(201);
  });

  test.each<[status: number, why: string, body: Record<string, unknown>]>([
    [400, 'an unknown field', { sessionId: somebody, user: 'alice', usr: 'x' }],
    [400, 'a missing field', { sessionId: somebody }],
    [400, 'a session that is no id', { sessionId: "' or 1=1", user: 'alice' }],
    [400, 'no name', { sessionId: somebody, user: '' }],
    [400, 'a type that is wrong', { sessionId: somebody, user: 7 }],
  ])('%i: %s', async (status, _why, body) => {
    expect((await service.issue(body)).status).toBe(status);
  });
});

describe('who may ask for tokens', () => {
  const sign = (change: Partial<Parameters<typeof signServiceCredential>[0]> = {}) =>
    signServiceCredential({
      key: credentialKey,
      from: 'api-gateway',
      to: 'token-service',
      clock: service.clock,
      ...change,
    });
  const past = { now: () => DateTime.utc().minus({ minutes: 5 }) };
  const table: [why: string, header: () => Promise<string>][] = [
    ['no credential', async () => ''],
    ['another scheme', async () => `Basic ${await sign()}`],
    ['a credential of another key', async () => `Bearer ${await sign({ key: newKey() })}`],
    ['another service', async () => `Bearer ${await sign({ from: 'session-manager' })}`],
    ['a credential for another service', async () => `Bearer ${await sign({ to: 'session-manager' })}`],
    ['a credential that is too old', async () => `Bearer ${await sign({ clock: past })}`],
    ['no algorithm', async () => `Bearer eyJhbGciOiJub25lIn0.${(await sign()).split('.')[1]}.`],
  ];
  test.each(table)('not %s', async (_why, header) => {
    const response = await service.issue({ sessionId, user: 'alice' }, { authorization: await header() });
    expect(response.status).toBe(401);
    expect((await response.json()) as Problem).toMatchObject({ code: 'not-authenticated' });
  });

  test('a stranger is refused before the body is read', async () => {
    const response = await fetch(`${service.url}/internal/v1/tokens`, { method: 'POST', body: '{' });
    expect(response.status).toBe(401);
  });
});
