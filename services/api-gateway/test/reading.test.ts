import type { ConnectionLog, SessionHistory, SessionList } from '@deskfleet/contracts';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway, windowsStack } from './gateway-fixture.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => gateway.close());

describe('listing', () => {
  test('pages are stable while desktops are added at the top', async () => {
    const ids: string[] = [];
    for (const _ of Array(4)) ids.unshift((await gateway.create('lena')).id);
    const first = await gateway.send<SessionList>('lena', 'GET /v1/sessions?limit=2');
    await gateway.create('lena', { softwareStackId: windowsStack });
    const second = await gateway.send<SessionList>(
      'lena',
      `GET /v1/sessions?limit=2&cursor=${first.body.nextCursor}`,
    );
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(ids);
    expect(second.body.nextCursor).toBeNull();
  });

  test('filters by state, operating system, text and owner', async () => {
    const linux = await gateway.create('mona', { name: 'Blender_100' });
    const windows = await gateway.create('mona', { name: 'Office', softwareStackId: windowsStack });
    await gateway.setState(linux.id, 'stopped', { desired: 'stopped' });
    const list = async (query: string, user = 'mona') =>
      (await gateway.send<SessionList>(user, `GET /v1/sessions?${query}`)).body.items.map(({ id }) => id);
    expect(await list('state=stopped')).toEqual([linux.id]);
    expect(await list('state=requested')).toEqual([windows.id]);
    expect(await list('state=stopped,requested')).toEqual([windows.id, linux.id]);
    expect(await list('os=windows')).toEqual([windows.id]);
    expect(await list('q=blend')).toEqual([linux.id]);
    expect(await list('q=%25')).toEqual([]);
    expect(await list('q=_lender')).toEqual([]);
    expect(await list('q=r_1')).toEqual([linux.id]);
    expect(await list('owner=nora')).toEqual([]);
    expect(await list('owner=mona', 'admin')).toEqual([windows.id, linux.id]);
  });

  test('an administrator sees the desktops of all', async () => {
    const mine = await gateway.create('paul');
    const all = await gateway.send<SessionList>('admin', 'GET /v1/sessions?limit=200');
    expect(all.body.items.map(({ id }) => id)).toContain(mine.id);
    expect(new Set(all.body.items.map(({ owner }) => owner)).size).toBeGreaterThan(1);
  });
});

describe('history', () => {
  test('tells the steps newest first, in pages', async () => {
    const { id } = await gateway.create('hugo');
    const history = (query = '') =>
      gateway.send<SessionHistory>('hugo', `GET /v1/sessions/${id}/history${query}`);
    expect((await history()).body).toEqual({ items: [], nextCursor: null });
    await gateway.setState(id, 'error');
    for (const to of ['requested', 'provisioning', 'error']) {
      await gateway.owner.query(
        `insert into session_manager.session_transitions
           (session_id, from_state, to_state, cause, reason_code, reason_sentence, event_id, at)
         values ($1, null, $2, 'reconciler', 'no-capacity', 'AWS has none free.', gen_random_uuid(), now())`,
        [id, to],
      );
    }
    const first = await history('?limit=2');
    const statesOf = ({ body }: typeof first) =>
      body.items.map((item) => (item.kind === 'transition' ? item.to : item.outcome));
    expect(statesOf(first)).toEqual(['error', 'provisioning']);
    expect(first.body.items[0]).toMatchObject({ cause: 'reconciler', reason: { code: 'no-capacity' } });
    const second = await history(`?limit=2&cursor=${first.body.nextCursor}`);
    expect(statesOf(second)).toEqual(['requested']);
    expect(second.body.nextCursor).toBeNull();
  });
});

/** What token-service would write. */
async function arrangeConnections(sessionId: string, minutes: { yes: number[]; no: number[] }) {
  for (const minute of minutes.yes) {
    await gateway.owner.query(
      `insert into token_service.dcv_connections
         (id, session_id, token_id, user_name, client_address, host_address, authorized_at)
       values ($1, $2, gen_random_uuid(), 'hilda', '203.0.113.9', '10.0.1.7', $3)`,
      [v7(), sessionId, at(minute)],
    );
  }
  for (const minute of minutes.no) {
    await gateway.owner.query(
      `insert into token_service.denied_connections
         (id, session_id, user_name, token_id, client_address, host_address, reason, denied_at)
       values ($1, $2, 'hilda', null, null, '10.0.1.99', 'wrong-host', $3)`,
      [v7(), sessionId, at(minute)],
    );
  }
}

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 8, minute));

describe('who connected', () => {
  let sessionId: string;
  beforeAll(async () => {
    sessionId = (await gateway.create('hilda')).id;
    await gateway.setState(sessionId, 'running');
    await arrangeConnections(sessionId, { yes: [1, 3, 5], no: [2, 3] });
    for (const [minute, to] of ['provisioning', 'starting', 'running'].entries()) {
      await gateway.owner.query(
        `insert into session_manager.session_transitions (session_id, from_state, to_state, cause, at)
         values ($1, null, $2, 'user:hilda', $3)`,
        [sessionId, to, at(minute * 2)],
      );
    }
  });

  const told = (items: SessionHistory['items']) =>
    items.map((item) => `${item.at.slice(15, 16)} ${item.kind === 'transition' ? item.to : item.outcome}`);
  const all = [
    '5 authorized',
    '4 running',
    '3 denied',
    '3 authorized',
    '2 starting',
    '2 denied',
    '1 authorized',
    '0 provisioning',
  ];

  test.each([1, 2, 3, 5, 100])('is told among the steps, in pages of %i', async (limit) => {
    const items: SessionHistory['items'] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await gateway.send<SessionHistory>(
        'hilda',
        `GET /v1/sessions/${sessionId}/history?limit=${limit}${after}`,
      );
      expect(page.status, page.text).toBe(200);
      items.push(...page.body.items);
      cursor = page.body.nextCursor;
    }
    expect(told(items)).toEqual(all);
  });

  test('with address, and the reason of a denial for owner and administrator', async () => {
    for (const user of ['hilda', 'admin']) {
      const { body } = await gateway.send<SessionHistory>(
        user,
        `GET /v1/sessions/${sessionId}/history?kind=connection&limit=2`,
      );
      expect(body.items).toEqual([
        {
          kind: 'connection',
          outcome: 'authorized',
          user: 'hilda',
          clientAddress: '203.0.113.9',
          hostAddress: '10.0.1.7',
          reason: null,
          at: '2026-11-22T08:05:00.000Z',
        },
        {
          kind: 'connection',
          outcome: 'denied',
          user: 'hilda',
          clientAddress: null,
          hostAddress: '10.0.1.99',
          reason: {
            code: 'wrong-host',
            sentence: 'The question did not come from the host of this desktop.',
          },
          at: '2026-11-22T08:03:00.000Z',
        },
      ]);
    }
  });

  test('can be left out', async () => {
    const { body } = await gateway.send<SessionHistory>(
      'hilda',
      `GET /v1/sessions/${sessionId}/history?kind=transition`,
    );
    expect(told(body.items)).toEqual(['4 running', '2 starting', '0 provisioning']);
  });

  test.each(['kind=all', 'cursor=x', 'limit=0', 'colour=red'])('is not told for %s', async (query) => {
    const answer = await gateway.send('hilda', `GET /v1/sessions/${sessionId}/history?${query}`);
    expect(answer.status).toBe(400);
  });

  test('is told of all desktops to administrators, attempts with forged tokens among them', async () => {
    await gateway.owner.query(
      `insert into token_service.denied_connections (id, host_address, reason, denied_at)
       values ($1, '198.51.100.1', 'token-altered', $2)`,
      [v7(), at(59)],
    );
    const log = async (query: string) =>
      (await gateway.send<ConnectionLog>('admin', `GET /v1/admin/connections?${query}`)).body;
    const first = await log('limit=2');
    expect(first.items).toMatchObject([
      { session: null, user: null, outcome: 'denied', reason: { code: 'token-altered' } },
      { session: { id: sessionId, owner: 'hilda' }, outcome: 'authorized', reason: null },
    ]);
    const second = await log(`limit=200&cursor=${first.nextCursor}`);
    expect(second.items).toHaveLength(4);
    expect((await log(`session=${sessionId}`)).items).toHaveLength(5);
    expect((await log('user=hilda&outcome=denied')).items).toHaveLength(2);
    expect((await log('user=nobody')).items).toEqual([]);
  });
});
