import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import type { IssuedToken } from '@deskfleet/contracts';
import { signServiceCredential } from '@deskfleet/runtime';
import { createTestStream, eventually } from '@deskfleet/testkit';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { CloudEvent } from 'cloudevents';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRecords, credentialKey, newKey, post, type Records } from './token-service-under-test.ts';

const main = path.join(import.meta.dirname, '../src/main.ts');
const stream = createTestStream();
const running: ChildProcess[] = [];
let records: Records;

beforeAll(async () => {
  records = await createRecords();
  await records.addUser('alice');
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => records.drop());

async function startProcess(change: Record<string, string> = {}) {
  const port = await freePort();
  const metricsPort = await freePort();
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      DATABASE_URL: records.database.urlFor('token_service'),
      NATS_URL: stream.natsUrl,
      NATS_STREAM: stream.streamName,
      NATS_SUBJECT_PREFIX: stream.subjectPrefix,
      PUBLIC_URL: 'http://localhost:8080',
      SERVICE_CREDENTIAL_KEY: credentialKey,
      DCV_TOKEN_SYMMETRIC_KEY: newKey(),
      ...change,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  return { child, url, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`, output: () => output };
}

const isReady = (url: string) => fetch(`${url}/readyz`).then(({ ok }) => ok);

describe('the process', () => {
  test('issues, authorises, and tells NATS in events that the CNCF SDK reads; SIGTERM ends it well', async () => {
    const { child, url, metricsUrl, output } = await startProcess();
    await eventually(() => isReady(url), { timeoutMs: 20_000 });
    const sessionId = await records.addRunningSession({ privateIp: '127.0.11.1' });
    const credential = await signServiceCredential({
      key: credentialKey,
      from: 'api-gateway',
      to: 'token-service',
    });
    const response = await fetch(`${url}/internal/v1/tokens`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${credential}`,
        'content-type': 'application/json',
        'x-request-id': 'r-1',
      },
      body: JSON.stringify({ sessionId, user: 'alice' }),
    });
    const { token } = (await response.json()) as IssuedToken;
    const body = new URLSearchParams({ sessionId, authenticationToken: token }).toString();
    expect(await post({ url, body, from: '127.0.11.1' })).toMatchObject({ status: 200 });
    expect(await post({ url, body, from: '127.0.11.2' })).toMatchObject({ status: 401 });

    const resolve = `${url}/resolveSession?sessionId=${sessionId}&transport=HTTP`;
    expect((await fetch(resolve, { method: 'POST' })).status).toBe(404);

    const events = await publishedEvents(sessionId, 3);
    expect(events.map(({ type }) => type)).toEqual([
      'deskfleet.access.token-issued.v1',
      'deskfleet.access.connection-authorized.v1',
      'deskfleet.access.connection-denied.v1',
    ]);
    expect(events[0]).toMatchObject({
      source: '/deskfleet/token-service',
      subject: sessionId,
      correlationid: 'r-1',
    });
    expect(await (await fetch(metricsUrl)).text()).toMatch(
      /deskfleet_connection_decisions_total\{outcome="authorized",service="token-service"\} 1/,
    );
    expect(output()).not.toContain(token);

    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect({ code, output: output() }).toMatchObject({ code: 0 });
  });

  test('without its database says so, is not ready, answers no, and ends when told', async () => {
    const { child, url, output } = await startProcess({
      DATABASE_URL: `postgres://nobody:x@127.0.0.1:${await freePort()}/none`,
      DCV_ACCESS_MODE: 'gateway',
    });
    await eventually(() => output().includes('token-service is not ready: waiting for the database'));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const answer = await post({ url, body: 'sessionId=x&authenticationToken=y' });
    expect(answer).toMatchObject({ status: 401, xml: expect.stringContaining('result="no"') });
    const somebody = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';
    const asked = await fetch(`${url}/resolveSession?sessionId=${somebody}&transport=HTTP`, {
      method: 'POST',
    });
    expect(asked.status).toBe(503);
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  test('with a configuration that cannot work names every fault and ends with 78', async () => {
    const { child, output } = await startProcess({
      DCV_TOKEN_SYMMETRIC_KEY: 'secret-but-short',
      DCV_TOKEN_MAX_HOURS: '-1',
    });
    expect((await once(child, 'exit'))[0]).toBe(78);
    expect(output()).toContain('DCV_TOKEN_SYMMETRIC_KEY');
    expect(output()).toContain('DCV_TOKEN_MAX_HOURS');
    expect(output()).not.toContain('secret-but-short');
  });

  test('on a port that is taken says so in a sentence', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { child, output } = await startProcess({ PORT: String(port) });
    expect((await once(child, 'exit'))[0]).toBe(1);
    expect(output()).toContain(`Port ${port} is already in use`);
    server.close();
  });
});

/** What an outside subscriber reads of one desktop, in the order of the stream. */
async function publishedEvents(sessionId: string, count: number): Promise<CloudEvent<unknown>[]> {
  const nc = await connect({ servers: stream.natsUrl });
  try {
    // The service answers before it has reached NATS and made the stream.
    const consumer = await eventually(() =>
      jetstream(nc).consumers.get(stream.streamName, {
        filter_subjects: `${stream.subjectPrefix}.access.*.${sessionId}`,
      }),
    );
    const events: CloudEvent<unknown>[] = [];
    for await (const message of await consumer.fetch({ max_messages: count, expires: 10_000 })) {
      events.push(new CloudEvent(message.json<Record<string, unknown>>()));
    }
    return events;
  } finally {
    await nc.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
