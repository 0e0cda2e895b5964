import type { SessionHistory, SessionList } from '@deskfleet/contracts';
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
    expect(first.body.items.map(({ to }) => to)).toEqual(['error', 'provisioning']);
    expect(first.body.items[0]).toMatchObject({ cause: 'reconciler', reason: { code: 'no-capacity' } });
    const second = await history(`?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map(({ to }) => to)).toEqual(['requested']);
    expect(second.body.nextCursor).toBeNull();
  });
});
