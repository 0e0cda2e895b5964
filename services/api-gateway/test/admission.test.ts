import { randomUUID } from 'node:crypto';
import type { Quota, Session, SessionList } from '@deskfleet/contracts';
import { connectDatabase } from '@deskfleet/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pruneAnswers } from '../src/adapters/postgres/prune-answers.ts';
import { type Gateway, linuxStack, startTestGateway, windowsStack } from './gateway-fixture.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => gateway.close());

const wish = (change: object = {}) => ({
  name: `desk ${randomUUID()}`,
  softwareStackId: linuxStack,
  instanceType: 'm7i.large',
  ...change,
});

describe('the quota', () => {
  test('holds when two requests want the last place at once: one wins', async () => {
    for (const _ of Array(3)) await gateway.create('quentin');
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => gateway.send('quentin', 'POST /v1/sessions', { body: wish() })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'quota-exceeded' });
    expect(refused?.body.detail).toMatch(/4 of 4 Linux/);
  });

  test('counts each operating system by itself, stopped desktops too, and terminated ones not', async () => {
    const sessions = [];
    for (const _ of Array(4)) sessions.push(await gateway.create('rita'));
    await gateway.create('rita', { softwareStackId: windowsStack, instanceType: 'm7i.large' });
    await gateway.setState(sessions[0]?.id ?? '', 'stopped', { desired: 'stopped' });
    expect((await gateway.send('rita', 'POST /v1/sessions', { body: wish() })).status).toBe(409);
    await gateway.setState(sessions[0]?.id ?? '', 'terminated', { desired: 'terminated' });
    const quota = await gateway.send<Quota>('rita', 'GET /v1/me/quota');
    expect(quota.body).toEqual({ linux: { used: 3, limit: 4 }, windows: { used: 1, limit: 4 } });
    expect((await gateway.send('rita', 'POST /v1/sessions', { body: wish() })).status).toBe(202);
  });
});

describe('an idempotency key', () => {
  const headers = (key: string) => ({ 'idempotency-key': key });

  test('gives the same answer to the same request, whatever the order of its fields', async () => {
    const body = wish();
    const first = await gateway.send<Session>('ida', 'POST /v1/sessions', { body, headers: headers('k1') });
    await gateway.setState(first.body.id, 'running');
    const reversed = Object.fromEntries(Object.entries(body).reverse());
    const again = await gateway.send('ida', 'POST /v1/sessions', { body: reversed, headers: headers('k1') });
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect((await gateway.send<SessionList>('ida', 'GET /v1/sessions')).body.items).toHaveLength(1);
  });

  test('lets one of two simultaneous requests do the work, and gives both the same answer', async () => {
    const body = wish();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        gateway.send('ike', 'POST /v1/sessions', { body, headers: headers('k') }),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    expect((await gateway.send<SessionList>('ike', 'GET /v1/sessions')).body.items).toHaveLength(1);
  });

  test('is refused with another body, and belongs to one user', async () => {
    await gateway.send('iris', 'POST /v1/sessions', { body: wish(), headers: headers('mine') });
    const other = await gateway.send('iris', 'POST /v1/sessions', { body: wish(), headers: headers('mine') });
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    const foreign = await gateway.send('ivan', 'POST /v1/sessions', {
      body: wish(),
      headers: headers('mine'),
    });
    expect(foreign.status).toBe(202);
  });

  test('of a refused request can be used again, and one of yesterday is new', async () => {
    const bad = await gateway.send('inge', 'POST /v1/sessions', {
      body: wish({ instanceType: 'm99.large' }),
      headers: headers('retry'),
    });
    expect(bad.status).toBe(422);
    const body = wish();
    const good = await gateway.send<Session>('inge', 'POST /v1/sessions', {
      body,
      headers: headers('retry'),
    });
    expect(good.status).toBe(202);
    await gateway.owner.query(
      `update api_gateway.idempotency_keys set created_at = now() - interval '25 hours' where principal = 'inge'`,
    );
    const later = await gateway.send<Session>('inge', 'POST /v1/sessions', {
      body: wish(),
      headers: headers('retry'),
    });
    expect(later.status).toBe(202);
    expect(later.body.id).not.toBe(good.body.id);
  });

  test('is forgotten after 24 hours', async () => {
    await gateway.send('ilse', 'POST /v1/sessions', { body: wish(), headers: headers('old') });
    await gateway.send('ilse', 'POST /v1/sessions', { body: wish(), headers: headers('new') });
    await gateway.owner.query(
      `update api_gateway.idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'`,
    );
    const database = connectDatabase({
      url: gateway.database.urlFor('api_gateway'),
      applicationName: 'test',
      onConnectionLost: () => {},
    });
    expect(await pruneAnswers(database.db)).toBe(1);
    await database.close();
    const { rows } = await gateway.owner.query(
      `select key from api_gateway.idempotency_keys where principal = 'ilse'`,
    );
    expect(rows).toEqual([{ key: 'new' }]);
  });
});
