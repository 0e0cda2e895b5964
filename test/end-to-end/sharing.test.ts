import type { Problem, SessionHistory, SessionList } from '@deskfleet/contracts';
import { eventually, StayingViewer } from '@deskfleet/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, openDesktop, RunningSystem } from './running-system.ts';

let system: RunningSystem;
let alice: ApiUser;
let bob: ApiUser;
let admin: ApiUser;

beforeAll(async () => {
  system = await RunningSystem.start({ PERMISSIONS_POLL_SECONDS: '0.5' });
  [alice, bob, admin] = await Promise.all([system.as('alice'), system.as('bob'), system.as('admin')]);
}, 90_000);
afterAll(() => system?.remove());

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

interface Share {
  id: string;
  active: boolean;
  expiresAt: string;
}

async function share(sessionId: string, permissions: string, expiresAt = inSeconds(3_600)): Promise<Share> {
  const body = { user: 'bob', permissions, expiresAt };
  const answer = await alice.call<Share>('POST', `/v1/sessions/${sessionId}/shares`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

/** Waits until the host has been told of the share. */
async function becomesActive(sessionId: string, shareId: string): Promise<void> {
  await eventually(
    async () => {
      const { body } = await alice.call<{ items: Share[] }>('GET', `/v1/sessions/${sessionId}/shares`);
      expect(body.items.find(({ id }) => id === shareId)?.active).toBe(true);
    },
    { timeoutMs: 20_000 },
  );
}

async function browserUrlOf(user: ApiUser, sessionId: string): Promise<string> {
  return (await user.connect(sessionId)).browserUrl;
}

test('a guest sees the desktop, connects under their own name, and is out when the share is withdrawn', async () => {
  // Users are known once they have signed in.
  await bob.call('GET', '/v1/me');
  const { id } = await alice.launch('shared');
  await alice.reaches(id, 'running');
  expect((await bob.call('GET', `/v1/sessions/${id}`)).status).toBe(404);

  const { id: shareId } = await share(id, 'full');
  const { body: list } = await bob.call<SessionList>('GET', '/v1/sessions');
  expect(list.items).toMatchObject([{ id, owner: 'alice', access: 'guest', capabilities: ['connect'] }]);
  expect((await bob.call<Problem>('POST', `/v1/sessions/${id}/stop`)).status).toBe(403);
  await becomesActive(id, shareId);

  const url = await browserUrlOf(bob, id);
  const guest = await StayingViewer.open(url);
  const owner = await StayingViewer.open(await browserUrlOf(alice, id));
  expect([guest.username, owner.username]).toEqual(['bob', 'alice']);

  const withdrawn = await alice.call('DELETE', `/v1/sessions/${id}/shares/${shareId}`);
  expect(withdrawn.status).toBe(204);
  await eventually(() => expect(guest.closedWith).toMatch(/./), { timeoutMs: 20_000 });
  expect(owner.closedWith, 'the owner stays connected').toBeNull();
  expect(await openDesktop(url), 'the token of a share that was withdrawn').toMatchObject({ result: 'no' });
  expect((await bob.call('GET', `/v1/sessions/${id}`)).status).toBe(404);
  owner.leave();

  const { body: history } = await alice.call<SessionHistory>(
    'GET',
    `/v1/sessions/${id}/history?kind=connection`,
  );
  expect(history.items).toMatchObject([
    { outcome: 'denied', user: 'bob', reason: { code: 'share-ended' } },
    { outcome: 'authorized', user: 'alice' },
    { outcome: 'authorized', user: 'bob' },
  ]);
  const told = (await system.events()).filter(({ type }) => /share-/.test(type));
  expect(told.map(({ type, data }) => [type, (data as { cause?: string } | undefined)?.cause])).toEqual([
    ['deskfleet.access.share-granted.v1', 'user:alice'],
    ['deskfleet.access.share-revoked.v1', 'user:alice'],
  ]);
  await alice.ask(id, 'terminate');
}, 120_000);

test('a share outlives a stop, ends on time, and a guest who is disabled is out at once', async () => {
  const { id } = await alice.launch('shared for a while');
  await alice.reaches(id, 'running');
  const first = await share(id, 'full');
  await becomesActive(id, first.id);
  await alice.ask(id, 'stop');
  await alice.reaches(id, 'stopped');
  await alice.ask(id, 'start');
  await alice.reaches(id, 'running');
  await becomesActive(id, first.id);
  expect(await openDesktop(await browserUrlOf(bob, id))).toMatchObject({ result: 'yes', username: 'bob' });

  // A second grant replaces the first; DCV lets a guest who may only view in while the owner is there.
  const second = await share(id, 'view-only', inSeconds(12));
  await becomesActive(id, second.id);
  expect(await openDesktop(await browserUrlOf(bob, id))).toMatchObject({ result: 'no' });
  const owner = await StayingViewer.open(await browserUrlOf(alice, id));
  const guest = await StayingViewer.open(await browserUrlOf(bob, id));
  await eventually(() => expect(guest.closedWith).toMatch(/./), { timeoutMs: 30_000 });
  const late = Date.now() - Date.parse(second.expiresAt);
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(5_000);

  const third = await share(id, 'full');
  await becomesActive(id, third.id);
  const again = await StayingViewer.open(await browserUrlOf(bob, id));
  const disabled = await admin.call('PATCH', '/v1/admin/users/bob', { disabled: true });
  expect(disabled.status).toBe(200);
  await eventually(() => expect(again.closedWith).toMatch(/./), { timeoutMs: 20_000 });
  expect((await bob.call<Problem>('GET', '/v1/me')).status).toBe(403);
  expect(owner.closedWith).toBeNull();
  owner.leave();

  await eventually(async () => {
    const { body } = await alice.call<{ items: Share[] }>('GET', `/v1/sessions/${id}/shares`);
    expect(body.items).toEqual([]);
  });
  await admin.call('PATCH', '/v1/admin/users/bob', { disabled: false });
  await alice.ask(id, 'terminate');
}, 120_000);
