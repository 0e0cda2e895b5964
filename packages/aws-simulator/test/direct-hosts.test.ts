import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Authenticator, startAuthenticator } from './authenticator.ts';
import { askByHttps } from './https-client.ts';
import {
  describeOne,
  desktop,
  type Fixture,
  launchReady,
  linuxUserData,
  startFixture,
  stop,
} from './simulator-fixture.ts';

let fixture: Fixture;
let authenticator: Authenticator;
let dcvPort: number;
let dataDir: string;
const log: { msg: string; address?: string }[] = [];
const logger = pino({}, { write: (line: string) => log.push(JSON.parse(line)) });

beforeEach(async () => {
  log.length = 0;
  dcvPort = await freePort();
  dataDir = await mkdtemp(join(tmpdir(), 'aws-simulator-'));
  fixture = await startFixture({ dcvPort, dataDir, logger });
  authenticator = await startAuthenticator('good-token', 'alice');
});
afterEach(async () => {
  await fixture.close();
  await authenticator.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function launchDesktop(UserData = linuxUserData({ ...desktop, verifier: authenticator.url })) {
  const id = await launchReady(fixture, { UserData });
  const address = (await describeOne(fixture, id)).PrivateIpAddress ?? '';
  return { id, address, url: `https://${address}:${dcvPort}/` };
}

const good = { sessionId: 's-1', authToken: 'good-token' };
const outcome = (url: string) =>
  askByHttps(url).then(
    ({ status }) => status,
    (error) => error.code,
  );
const answers = (url: string) => expect.poll(() => outcome(url)).toBe(200);
const isRefused = (url: string) => expect.poll(() => outcome(url)).toBe('ECONNREFUSED');

test('a host serves its desktop at its own address, and tells who is connected when it stops', async () => {
  const { id, address, url } = await launchDesktop();
  await answers(url);
  expect(await (await askByHttps(url)).text()).toContain('src="viewer.js"');
  expect((await askByHttps(`${url}viewer.js`)).contentType).toContain('text/javascript');

  const events = (await askByHttps(`${url}connect`, good)).events();
  const connected = (await events.next()).value;
  expect(connected).toMatchObject({ type: 'connected', username: 'alice', instanceId: id });
  expect(authenticator.asked).toMatchObject([
    { remoteAddress: address, form: { sessionId: 's-1', authenticationToken: 'good-token' } },
  ]);
  const activity = await askByHttps(`${url}connections/${connected?.connectionId}/activity`, {});
  expect(activity.status).toBe(204);

  await stop(fixture, [id]);
  expect((await events.next()).value).toEqual({ type: 'closed', reason: 'The desktop is stopping.' });
  await isRefused(url);
});

test('a host whose machine does not run yet, or no more, cannot be reached', async () => {
  const { id, url } = await launchDesktop();
  await answers(url);
  await stop(fixture, [id]);
  await isRefused(url);
  fixture.advance(1_000);
  await fixture.steer('POST', `/instances/${id}/start`);
  await isRefused(url);
  fixture.advance(1_000);
  await answers(url);
  await fixture.steer('POST', `/instances/${id}/terminate`);
  await isRefused(url);
});

test('a host serves its desktop under its web-url-path', async () => {
  const values = {
    SESSION_ID: 's-1',
    OWNER: 'alice',
    AUTH_TOKEN_VERIFIER: authenticator.url,
    WEB_URL_PATH: '/desktops/{host}/',
  };
  const lines = Object.entries(values).map(
    ([name, value]) => `DESKFLEET_${name}='${Buffer.from(value).toString('base64')}'`,
  );
  const userData = Buffer.from(['#!/bin/bash', ...lines].join('\n')).toString('base64');
  const { address, url } = await launchDesktop(userData);
  await answers(url);
  const answer = await askByHttps(`${url}desktops/${address}/auth`, good);
  expect(await answer.json()).toMatchObject({ result: 'yes', username: 'alice' });
});

test('one host does not answer for another', async () => {
  const [first, second] = [await launchDesktop(), await launchDesktop()];
  await Promise.all([answers(first.url), answers(second.url)]);
  const answer = await askByHttps(`${second.url}auth`, good);
  expect(await answer.json()).toMatchObject({ instanceId: second.id });
});

test('the certificate outlives a restart, so that a browser need not be told twice', async () => {
  const { url } = await launchDesktop();
  await answers(url);
  const { fingerprint } = await askByHttps(url);
  const stoppedAt = fixture.now();
  await fixture.close();
  fixture = await startFixture({ dcvPort, dataDir, logger });
  fixture.advance((stoppedAt - fixture.now()) / 1_000);
  await answers(url);
  expect((await askByHttps(url)).fingerprint).toBe(fingerprint);
});

test('an address that cannot be used is complained of once, and used when it can be', async () => {
  const { address } = await launchDesktop();
  const next = address.replace(/\d+$/, (last) => String(Number(last) + 1));
  const squatter = createServer().listen(dcvPort, next);
  await once(squatter, 'listening');
  const { id, url } = await launchDesktop();
  const complaints = () => log.filter((line) => line.msg.includes('cannot be reached at its own address'));
  await expect.poll(complaints).toMatchObject([{ address: next }]);
  // Each change of a host is another try.
  for (const cpuPercent of [1, 2, 3]) await fixture.steer('PATCH', `/instances/${id}`, { cpuPercent });
  squatter.close();
  await answers(url);
  expect(complaints()).toHaveLength(1);
});

test('clouds on one machine can be told to use different addresses', async () => {
  await fixture.close();
  await rm(dataDir, { recursive: true });
  fixture = await startFixture({ dcvPort, dataDir, addressOffset: 1_000 });
  const { address, url } = await launchDesktop();
  expect(address).toBe('127.16.3.236');
  await answers(url);
});
