import type { Problem, SessionConnection } from '@deskfleet/contracts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';

let gateway: Gateway;
let sessionId: string;
beforeAll(async () => {
  gateway = await startTestGateway();
  sessionId = (await gateway.create('alice')).id;
});
afterAll(() => gateway.close());
beforeEach(async () => {
  gateway.tokenService.answerWith(null);
  await gateway.setState(sessionId, 'running', { instance_id: 'i-1', private_ip: '127.1.2.3' });
});

const connect = <Body = Problem>() =>
  gateway.send<Body>('alice', `POST /v1/sessions/${sessionId}/connection`);

test('the owner of a running desktop gets addresses with a token, which no cache may keep', async () => {
  const answer = await connect<SessionConnection>();
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    browserUrl: `http://localhost:9000/desktops/127.1.2.3/?authToken=eyJ.secret.token#${sessionId}`,
    nativeUrl: `dcv://localhost:9000/desktops/127.1.2.3/?authToken=eyJ.secret.token#${sessionId}`,
    token: 'eyJ.secret.token',
    expiresAt: '2026-11-22T20:00:00Z',
  });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(gateway.tokenService.requests.at(-1)).toEqual({
    sessionId,
    user: 'alice',
    clientAddress: '127.0.0.1',
  });
});

test('is written to the audit log, without the token', async () => {
  await connect();
  const { rows } = await gateway.owner.query(
    `select actor, action, detail from api_gateway.audit_log where action = 'session.connect'`,
  );
  expect(rows[0]).toMatchObject({ actor: 'user:alice', detail: { tokenId: expect.any(String) } });
  expect(JSON.stringify(rows)).not.toContain('secret');
});

test.each(['requested', 'provisioning', 'starting', 'stopping', 'stopped', 'error', 'terminated'])(
  'a desktop that is %s cannot be connected to, and the sentence says so',
  async (state) => {
    await gateway.setState(sessionId, state, { desired: 'running' });
    const answer = await connect();
    expect(answer.body).toMatchObject({ status: 409, code: 'not-running' });
    expect(answer.body.detail).toContain(state);
  },
);

test('a running desktop that was asked to stop cannot be connected to', async () => {
  const { id } = await gateway.create('alice');
  await gateway.setState(id, 'running', { instance_id: 'i-2', private_ip: '127.1.2.4' });
  await gateway.send('alice', `POST /v1/sessions/${id}/stop`);
  const answer = await gateway.send('alice', `POST /v1/sessions/${id}/connection`);
  expect(answer.body).toMatchObject({ status: 409, code: 'not-running' });
});

test('what token-service refuses, because the desktop has just changed, is a conflict', async () => {
  gateway.tokenService.answerWith(409);
  expect((await connect()).body).toMatchObject({ status: 409, code: 'not-running' });
});

test.each([500, 401])(
  'a token-service that answers %i is a passing trouble, told without internals',
  async (status) => {
    gateway.tokenService.answerWith(status);
    const answer = await connect();
    expect(answer.body).toMatchObject({ status: 503, code: 'service-unavailable' });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.text).not.toContain(gateway.tokenService.url);
  },
);

test('a token-service that is away is a passing trouble', async () => {
  await gateway.tokenService.close();
  expect((await connect()).body).toMatchObject({ status: 503, code: 'service-unavailable' });
});
