import { eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { listen } from './live-client.ts';
import { publishAs } from './publish-event.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const running = 'deskfleet.session.running.v1';
const denied = 'deskfleet.access.connection-denied.v1';
const id = (last: number) => `0199c4a0-7d1e-7a43-9c58-${String(last).padStart(12, '0')}`;
const say = (owner: string, session: number) =>
  publishAs(gateway, running, { sessionId: id(session), owner });

test('a user hears what happens to their own desktops, an administrator everything', async () => {
  const [alice, bob, admin] = await Promise.all(
    ['alice', 'bob', 'admin'].map((user) => listen(gateway, user)),
  );
  const session = await gateway.create('alice');
  await say('bob', 1);
  await publishAs(gateway, denied, { sessionId: null, owner: null, user: null, tokenId: null });
  await eventually(() => admin?.heard.length === 3);
  await eventually(() => alice?.heard.length === 1 && bob?.heard.length === 1);
  expect(alice?.events()[0]).toMatchObject({
    type: 'deskfleet.session.requested.v1',
    subject: session.id,
    data: { owner: 'alice', name: session.name },
  });
  expect(alice?.heard[0]?.event).toBe('deskfleet.session.requested.v1');
  expect(bob?.events().map(({ subject }) => subject)).toEqual([id(1)]);
  expect(admin?.events().map(({ type }) => type)).toContain(denied);
  expect(alice?.text()).not.toContain('bob');
  for (const client of [alice, bob, admin]) client?.close();
});

test('what the clock does to desktops is heard by their owners, and that it ticks by administrators', async () => {
  const [owner, other, admin] = await Promise.all(
    ['oskar', 'otto', 'admin'].map((user) => listen(gateway, user)),
  );
  const [tick, startDue] = ['deskfleet.schedule.tick.v1', 'deskfleet.schedule.start-due.v1'] as const;
  await publishAs(gateway, tick, { sessionId: null, owner: null, minute: '2026-11-25T08:00:00Z' });
  await publishAs(gateway, startDue, { sessionId: id(5), owner: 'oskar' });
  await say('otto', 6);
  const heard = (client = owner) => client?.events().map(({ type }) => type) ?? [];
  await eventually(() => heard(admin).includes(tick) && heard(admin).includes(running));
  await eventually(() => heard(owner).length === 1 && heard(other).length === 1);
  expect([heard(owner), heard(other)]).toEqual([[startDue], [running]]);
  for (const client of [owner, other, admin]) client?.close();
});

test.each(['warning', 'detected', 'activity-observed'] as const)(
  'idle.%s is heard by the owner and by administrators, and by nobody else',
  async (name) => {
    const [owner, other, admin] = await Promise.all(
      ['ulla', 'uwe', 'admin'].map((user) => listen(gateway, user)),
    );
    const type = `deskfleet.idle.${name}.v1` as const;
    await publishAs(gateway, type, { sessionId: id(7), owner: 'ulla', sentence: 'Stops Thu 21:40.' });
    await say('uwe', 8);
    const heard = (client = owner) => client?.events().map((event) => event.type) ?? [];
    await eventually(() => heard(admin).includes(type) && heard(admin).includes(running));
    await eventually(() => heard(owner).length === 1 && heard(other).length === 1);
    expect([heard(owner), heard(other)]).toEqual([[type], [running]]);
    expect(owner?.events()[0]).toMatchObject({ subject: id(7), data: { sentence: 'Stops Thu 21:40.' } });
    for (const client of [owner, other, admin]) client?.close();
  },
);

test('a client that comes back with Last-Event-ID has missed nothing', async () => {
  const first = await listen(gateway, 'carl');
  await say('carl', 10);
  await eventually(() => first.heard.length === 1);
  first.close();
  const lastEventId = first.heard[0]?.id ?? '';
  for (const number of [11, 12, 13]) await say('carl', number);
  await say('dora', 14);
  const second = await listen(gateway, 'carl', { lastEventId });
  await say('carl', 15);
  await eventually(() => second.heard.length === 4);
  expect(second.events().map(({ subject }) => subject)).toEqual([11, 12, 13, 15].map(id));
  second.close();
});

test('a client that has heard nothing yet has a place to come back to as well', async () => {
  const first = await listen(gateway, 'emma');
  first.close();
  const lastEventId = /^id: (.+)$/m.exec(first.text())?.[1] ?? '';
  await say('emma', 20);
  const second = await listen(gateway, 'emma', { lastEventId });
  await eventually(() => second.heard.length === 1);
  second.close();
});

test('a client can resume at a replica that has only just started', async () => {
  const first = await listen(gateway, 'fritz');
  await say('fritz', 30);
  await eventually(() => first.heard.length === 1);
  await gateway.restart();
  await first.ended;
  await say('fritz', 31);
  const second = await listen(gateway, 'fritz', { lastEventId: first.heard[0]?.id ?? '' });
  await eventually(() => second.heard.length === 1);
  expect(second.events()[0]?.subject).toBe(id(31));
  second.close();
});

test.each(['1234:5', 'not an id', '0:0'])(
  'the id %s of an unknown epoch is answered with a reset',
  async (lastEventId) => {
    const client = await listen(gateway, 'gina', { lastEventId });
    await eventually(() => client.heard.length === 1);
    expect(client.heard[0]).toMatchObject({ event: 'reset', id: expect.stringMatching(/^\d+:\d+$/) });
    await say('gina', 40);
    await eventually(() => client.heard.length === 2);
    expect(client.events()[1]?.subject).toBe(id(40));
    client.close();
  },
);

test('the stream ends when its token does', async () => {
  // 2 s from now, whatever fraction of a second it is.
  const token = await gateway.issuer.token('hans', { expiresIn: 2 });
  const client = await listen(gateway, 'hans', { token });
  await client.ended;
  expect(client.text()).toMatch(/token has expired/);
});

test('a message that is no event of ours harms nobody', async () => {
  const client = await listen(gateway, 'ines');
  await publishAs(gateway, running, { sessionId: id(50), owner: 7 as unknown as string });
  await say('ines', 51);
  await eventually(() => client.heard.length === 1);
  client.close();
});

test('HEAD is no stream, and tells so at once', async () => {
  const answer = await gateway.send('alice', 'HEAD /v1/events', { signal: AbortSignal.timeout(5_000) });
  expect(answer.status).toBeGreaterThanOrEqual(404);
});

test('one user may have only so many streams', async () => {
  const clients = await Promise.all(Array.from({ length: 50 }, () => listen(gateway, 'jan')));
  await expect(listen(gateway, 'jan')).rejects.toThrow(/50 live streams/);
  for (const client of clients) client.close();
  await eventually(async () => {
    const again = await listen(gateway, 'jan');
    again.close();
  });
});
