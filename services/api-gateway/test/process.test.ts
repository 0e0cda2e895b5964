import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';

let gateway: Gateway;
const children: ChildProcess[] = [];
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await gateway.close();
});

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const run = (environment: Record<string, string>) => {
  const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
};

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

test('the process serves, and ends in order at SIGTERM, also with a live stream open', async () => {
  const port = await freePort();
  const child = run({ ...gateway.environment, PORT: port, LOG_LEVEL: 'info' });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(`${url}/readyz`)).ok, { timeoutMs: 20_000 });
  const headers = { authorization: `Bearer ${await gateway.issuer.token('alice')}` };
  const stream = await fetch(`${url}/v1/events`, { headers });
  const heard = stream.text();
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(await heard).toMatch(/^: connected\nretry: 2000\n/);
});

test('a configuration that cannot work is told with all its faults, and the process ends with 78', async () => {
  const child = run({ PORT: 'eighty' });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(78);
  expect(output).toMatch(/PORT is \\"eighty\\"[\s\S]*DATABASE_URL is not set[\s\S]*OIDC_ISSUER is not set/);
});

test('a port in use is told in one sentence', async () => {
  const { port } = new URL(gateway.url);
  const child = run({ ...gateway.environment, PORT: port, LOG_LEVEL: 'fatal' });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(1);
  expect(output).toContain(`Port ${port} is already in use`);
});

test('without Postgres the process starts, says what it waits for, and answers 503', async () => {
  const port = await freePort();
  const nobody = `postgres://nobody:x@127.0.0.1:${await freePort()}/nothing`;
  const child = run({ ...gateway.environment, PORT: port, DATABASE_URL: nobody, LOG_LEVEL: 'warn' });
  const output = text(child.stdout);
  const ready = await eventually(() => fetch(`http://127.0.0.1:${port}/readyz`), { timeoutMs: 20_000 });
  expect(ready.status).toBe(503);
  const headers = { authorization: `Bearer ${await gateway.issuer.token('alice')}` };
  const answer = await fetch(`http://127.0.0.1:${port}/v1/sessions`, { headers });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  child.kill('SIGTERM');
  expect(await output).toMatch(/api-gateway is not ready: waiting for the database/);
});
