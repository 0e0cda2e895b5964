import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '12' });
});
afterAll(() => gateway.close());

test('each user has requests of their own, and is told how many are left', async () => {
  const first = await gateway.send('alice', 'GET /v1/me');
  expect(first.headers.get('ratelimit-limit')).toBe('12');
  expect(first.headers.get('ratelimit-remaining')).toBe('11');
  for (const _ of Array(11)) await gateway.send('alice', 'GET /v1/me');
  const refused = await gateway.send('alice', 'GET /v1/me');
  expect(refused.body).toMatchObject({ status: 429, code: 'too-many-requests' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await gateway.send('bob', 'GET /v1/me')).status).toBe(200);
});

test('an address that fails to authenticate too often is told to wait; good tokens from there still pass', async () => {
  const statuses = [];
  for (const _ of Array(12)) statuses.push((await gateway.send(null, 'GET /v1/me', { token: 'bad' })).status);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
  expect(statuses.slice(10)).toEqual([429, 429]);
  expect((await gateway.send('carol', 'GET /v1/me')).status).toBe(200);
});
