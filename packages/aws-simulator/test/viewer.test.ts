import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { GetCommandInvocationCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Authenticator, startAuthenticator } from './authenticator.ts';
import {
  describeOne,
  desktop,
  type Fixture,
  launchReady,
  linuxUserData,
  startFixture,
} from './simulator-fixture.ts';

let fixture: Fixture;
let authenticator: Authenticator;
let instanceId: string;
let address: string;

beforeEach(async () => {
  fixture = await startFixture();
  authenticator = await startAuthenticator('good-token', 'alice');
  const UserData = linuxUserData({ ...desktop, verifier: authenticator.url });
  instanceId = await launchReady(fixture, { UserData });
  address = (await describeOne(fixture, instanceId)).PrivateIpAddress ?? '';
});

afterEach(async () => {
  await fixture.close();
  await authenticator.close();
});

const url = (path: string) => `${fixture.url}/desktops/${address}/${path}`;

function post(path: string, body: object): Promise<Response> {
  return fetch(url(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const good = { sessionId: 's-1', authToken: 'good-token' };

/** The events of an open viewer, one by one. */
async function* eventsOf(response: Response): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
}

async function onHost(command: string): Promise<unknown> {
  const input = {
    InstanceIds: [instanceId],
    DocumentName: 'AWS-RunShellScript',
    Parameters: { commands: [command] },
  };
  const sent = await fixture.ssm.send(new SendCommandCommand(input));
  fixture.advance(1);
  const CommandId = sent.Command?.CommandId;
  const read = new GetCommandInvocationCommand({ CommandId, InstanceId: instanceId });
  return JSON.parse((await fixture.ssm.send(read)).StandardOutputContent ?? '');
}

const describeSession = () => onHost('dcv describe-session s-1 --json');

test('the host asks its verifier as DCV does: a form, from its own address', async () => {
  const response = await post('auth', good);
  expect(await response.json()).toMatchObject({
    result: 'yes',
    username: 'alice',
    sessionId: 's-1',
    instanceId,
    desktopName: 'my desktop',
  });
  expect(authenticator.asked).toEqual([
    {
      remoteAddress: address,
      contentType: 'application/x-www-form-urlencoded',
      form: { sessionId: 's-1', authenticationToken: 'good-token', clientAddress: '127.0.0.1' },
    },
  ]);
  expect(address).not.toBe('127.0.0.1');
});

test('a refusal is shown with the verifier’s message, as curl would ask for it', async () => {
  const body = new URLSearchParams({ sessionId: 's-1', authToken: 'bad' });
  const response = await fetch(url('auth'), { method: 'POST', body });
  expect(await response.json()).toEqual({
    result: 'no',
    message: 'The link is no longer valid & was refused.',
  });
  expect(await describeSession()).toMatchObject({ 'num-of-connections': 0 });
});

test('a session that the host does not have is refused without asking', async () => {
  const response = await post('auth', { ...good, sessionId: 'console' });
  expect(await response.json()).toMatchObject({ result: 'no' });
  expect(authenticator.asked).toEqual([]);
});

test('an unreachable verifier means no', async () => {
  const id = await launchReady(fixture, {
    UserData: linuxUserData({ ...desktop, verifier: 'http://127.0.0.1:1/' }),
  });
  address = (await describeOne(fixture, id)).PrivateIpAddress ?? '';
  expect(await (await post('auth', good)).json()).toMatchObject({ result: 'no' });
});

test('an open page counts as a connection until it closes', async () => {
  const response = await post('connect', good);
  const events = eventsOf(response);
  const connected = (await events.next()).value;
  expect(connected).toMatchObject({
    type: 'connected',
    username: 'alice',
    desktopName: 'my desktop',
    connections: 1,
  });
  expect(await describeSession()).toMatchObject({ 'num-of-connections': 1, 'last-disconnection-time': '' });

  fixture.advance(30);
  const activity = await fetch(url(`connections/${connected?.connectionId}/activity`), { method: 'POST' });
  expect(activity.status).toBe(204);
  expect(await onHost('dcv list-connections s-1 --json')).toMatchObject([
    {
      username: 'alice',
      'connection-time': '2026-11-02T09:01:40.000000Z',
      'last-interaction-time': '2026-11-02T09:02:11.000000Z',
    },
  ]);

  await events.return(undefined);
  await expect
    .poll(async () => (await describeSession()) as object)
    .toMatchObject({
      'num-of-connections': 0,
      'last-disconnection-time': expect.stringMatching(/^2026-11-02T09:02/),
    });
});

test('a stop of the instance ends the connection, and the page is told why', async () => {
  const events = eventsOf(await post('connect', good));
  await events.next();
  await fixture.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  expect((await events.next()).value).toEqual({ type: 'closed', reason: 'The desktop is stopping.' });
  expect((await events.next()).done).toBe(true);
  expect((await post('auth', good)).status).toBe(503);
});

test('a reboot ends the connection', async () => {
  const events = eventsOf(await post('connect', good));
  await events.next();
  await fixture.steer('POST', `/instances/${instanceId}/reboot`);
  expect((await events.next()).value).toEqual({ type: 'closed', reason: 'The desktop is restarting.' });
});

test('two people see each other’s number', async () => {
  const first = eventsOf(await post('connect', good));
  await first.next();
  const second = eventsOf(await post('connect', good));
  expect((await second.next()).value).toMatchObject({ connections: 2 });
  const seen: unknown[] = [];
  for await (const event of first) {
    seen.push(event.connections);
    if (event.connections === 2) break;
  }
  expect(seen.at(-1)).toBe(2);
  await second.return(undefined);
});

test('an address without a desktop is 404', async () => {
  address = '127.31.0.1';
  expect((await post('auth', good)).status).toBe(404);
});

test('the page runs nothing but its own script, and keeps its token to itself', async () => {
  const page = await fetch(url('?authToken=good-token'));
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  const html = await page.text();
  expect(html).not.toMatch(/<script(?![^>]*src=)/);
  for (const name of ['viewer.js', 'viewer.css']) expect((await fetch(url(name))).status).toBe(200);
  const withoutSlash = await fetch(`${fixture.url}/desktops/${address}?authToken=x`, { redirect: 'manual' });
  expect(withoutSlash.headers.get('location')).toBe(`/desktops/${address}/?authToken=x`);
});

test('connections can be steered', async () => {
  await fixture.steer('PATCH', `/instances/${instanceId}`, { connections: 2 });
  expect(await describeSession()).toMatchObject({ 'num-of-connections': 2 });
  await fixture.steer('PATCH', `/instances/${instanceId}`, { connections: 0 });
  expect(await describeSession()).toMatchObject({
    'num-of-connections': 0,
    'last-disconnection-time': expect.stringMatching(/^2026/),
  });
});
