import type { Problem, Session, SessionList } from '@deskfleet/contracts';
import { createTestStream, eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, linuxStack, startTestGateway } from './gateway-fixture.ts';
import { listen } from './live-client.ts';
import { startIssuer } from './oidc-issuer.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let gateway: Gateway;
let postgres: TcpProxy;
let nats: TcpProxy;
beforeAll(async () => {
  nats = await startTcpProxy(createTestStream().natsUrl);
  gateway = await startTestGateway({ NATS_URL: nats.url }, async (url) => {
    postgres = await startTcpProxy(url);
    return postgres.url;
  });
});
afterAll(() => gateway.close());

interface Readiness {
  status: string;
  checks: Record<string, { ok: boolean; detail?: string }>;
}
const readiness = () => gateway.send<Readiness>(null, 'GET /readyz');

test('while Postgres is away requests are told to come back, readiness says why, and then all is well again', async () => {
  const session = await gateway.create('alice');
  await postgres.cut();
  for (const route of [
    'GET /v1/sessions',
    `GET /v1/sessions/${session.id}`,
    `POST /v1/sessions/${session.id}/stop`,
  ]) {
    const answer = await gateway.send<Problem>('alice', route);
    expect(answer.body).toMatchObject({ status: 503, code: 'service-unavailable' });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.text).not.toMatch(/ECONN|postgres:|127\.0\.0\.1/);
  }
  const away = await readiness();
  expect(away.status).toBe(503);
  expect(away.body.checks.database).toEqual({ ok: false, detail: 'Postgres cannot be reached.' });
  expect((await gateway.send(null, 'GET /healthz')).status).toBe(200);
  await postgres.mend();
  await eventually(
    async () => (await gateway.send('alice', `GET /v1/sessions/${session.id}`)).status === 200,
  );
  expect((await readiness()).status).toBe(200);
});

test('while NATS is away the API accepts, readiness stays, and what was accepted is heard afterwards', async () => {
  const client = await listen(gateway, 'nadia');
  await nats.cut();
  const body = { name: 'desk', softwareStackId: linuxStack, instanceType: 'm7i.large' };
  const created = await gateway.send<Session>('nadia', 'POST /v1/sessions', { body });
  expect(created.status).toBe(202);
  const away = await readiness();
  expect(away.status).toBe(200);
  await eventually(async () =>
    /cannot be reached/.test((await readiness()).body.checks.events?.detail ?? ''),
  );
  await nats.mend();
  await eventually(() => client.heard.length === 1, { timeoutMs: 20_000 });
  expect(client.events()[0]?.subject).toBe(created.body.id);
  client.close();
});

test('an identity provider that is away at the start is asked again, and nobody is let in before', async () => {
  const issuer = await startIssuer();
  await issuer.close();
  const early = await startTestGateway({ OIDC_ISSUER: issuer.url });
  try {
    const token = await issuer.token('alice');
    const refused = await early.send<Problem>(null, 'GET /v1/me', { token });
    expect(refused.body).toMatchObject({ status: 503, code: 'service-unavailable' });
    expect(refused.headers.get('retry-after')).toBe('5');
    const back = await startIssuer({ port: Number(new URL(issuer.url).port) });
    const good = await back.token('alice');
    await eventually(async () => (await early.send(null, 'GET /v1/me', { token: good })).status === 200);
    // Keys that are known go on counting while the provider is away.
    await back.close();
    expect((await early.send<SessionList>(null, 'GET /v1/sessions', { token: good })).status).toBe(200);
    expect((await early.send(null, 'GET /v1/me', { token: await back.token('bob') })).status).toBe(200);
  } finally {
    await early.close();
  }
});
