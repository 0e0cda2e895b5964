import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Authenticator, startAuthenticator } from './authenticator.ts';
import { askByHttps } from './https-client.ts';
import {
  describeOne,
  desktop,
  type Fixture,
  launchReady,
  startFixture,
  windowsImage,
  windowsUserData,
} from './simulator-fixture.ts';

let fixture: Fixture;
let authenticator: Authenticator;
let resolver: Server;
let asked: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[];
let answer: { status: number; body: unknown };
let address: string;

beforeEach(async () => {
  asked = [];
  resolver = createServer(({ method, url, headers }, response) => {
    asked.push({ method, url, headers });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(resolver, 'listening');
  const resolverUrl = `http://127.0.0.1:${(resolver.address() as AddressInfo).port}`;
  fixture = await startFixture({ connectionGateway: { port: 0, resolverUrl } });
  authenticator = await startAuthenticator('good-token', 'alice');
  const id = await launchReady(fixture, {
    ImageId: windowsImage,
    UserData: windowsUserData({ ...desktop, verifier: authenticator.url }),
  });
  address = (await describeOne(fixture, id)).PrivateIpAddress ?? '';
  answer = { status: 200, body: resolved() };
});
afterEach(async () => {
  await fixture.close();
  await authenticator.close();
  resolver.close();
});

/** As in the gateway's administrator guide. */
const resolved = (change: object = {}) => ({
  SessionId: 'console',
  TransportProtocol: 'HTTP',
  DcvServerEndpoint: address,
  Port: 8443,
  WebUrlPath: '/',
  ...change,
});
const connect = (authToken = 'good-token') =>
  askByHttps(`${fixture.connectionGatewayUrl}/connect`, { sessionId: 'a session/of ours', authToken });

test('the gateway asks the resolver as a real one does, and brings viewers to the host and session that it names', async () => {
  expect(await (await askByHttps(`${fixture.connectionGatewayUrl}/`)).text()).toContain('src="viewer.js"');
  const events = (await connect()).events();
  expect((await events.next()).value).toMatchObject({
    type: 'connected',
    username: 'alice',
    dcvSessionId: 'console',
  });
  expect(asked).toMatchObject([
    {
      method: 'POST',
      url: '/resolveSession?sessionId=a+session%2Fof+ours&transport=HTTP&clientIpAddress=127.0.0.1',
      headers: { accept: 'application/json' },
    },
  ]);
  expect(authenticator.asked).toMatchObject([
    {
      remoteAddress: address,
      form: { sessionId: 'console', authenticationToken: 'good-token', clientAddress: '127.0.0.1' },
    },
  ]);
});

test('the host decides about the token', async () => {
  expect((await connect('bad')).status).toBe(401);
});

test.each([
  ['knows no such session', { status: 404, body: {} }, 404],
  ['finds the question wrong', { status: 400, body: {} }, 502],
  ['is in trouble', { status: 503, body: {} }, 502],
  ['answers something else', { status: 200, body: { SessionId: 's' } }, 502],
  ['answers nothing', { status: 200, body: null }, 502],
])(
  'where the resolver %s, the page says that the desktop is not available, and not why',
  async (_, given, status) => {
    answer = given;
    const refusal = await connect();
    expect(refusal.status).toBe(status);
    expect(await refusal.json()).toEqual({ result: 'no', message: 'This desktop is not available.' });
    expect(authenticator.asked).toEqual([]);
  },
);

test('a resolver that is away leads nowhere', async () => {
  resolver.closeAllConnections();
  resolver.close();
  await once(resolver, 'close');
  expect((await connect()).status).toBe(502);
});
