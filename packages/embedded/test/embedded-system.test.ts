import path from 'node:path';
import { eventually } from '@deskfleet/testkit';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../src/free-port.ts';
import { isAlive } from '../src/process-identity.ts';
import { type EmbeddedSystem, startEmbedded } from '../src/start-embedded.ts';
import { runProgram } from './run-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let system: EmbeddedSystem;
let dataDir: string;
let port: number;
const log: string[] = [];

const start = () =>
  startEmbedded({
    dataDir,
    port,
    env: process.env,
    onLog: ({ name, line }) => log.push(`${name}: ${line}`),
  });
const askGateway = (token: string) =>
  fetch(`${system.urls.gateway}/v1/sessions`, { headers: { authorization: `Bearer ${token}` } }).then(
    ({ status }) => status,
    () => 'no answer',
  );

beforeAll(async () => {
  folder = await temporaryFolder();
  dataDir = path.join(folder.path, 'data');
  port = await freePort();
  system = await start();
}, 90_000);
afterAll(async () => {
  await system?.stop();
  await folder.remove();
}, 60_000);

describe('the token command', () => {
  const token = (...args: string[]) => runProgram('token.ts', { args, env: { DESKFLEET_DATA_DIR: dataDir } });

  test('prints only a token, which the gateway accepts and the issuer signed for an hour', async () => {
    const { code, stdout, stderr } = await token('admin');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await askGateway(stdout.trim())).toBe(200);
    const keys = createRemoteJWKSet(new URL(`${system.urls.issuer}/jwks`));
    const { payload } = await jwtVerify(stdout.trim(), keys, {
      issuer: system.urls.issuer,
      audience: 'deskfleet',
    });
    expect(payload).toMatchObject({ preferred_username: 'admin', groups: ['deskfleet-admins'] });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  });

  test('lists the users when the name is unknown', async () => {
    const { code, stdout, stderr } = await token('eve');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('There is no user "eve": the users are alice, bob, admin.\n');
  });

  test('says so when nothing runs on the folder', async () => {
    const { code, stderr } = await runProgram('token.ts', {
      args: ['alice'],
      env: { DESKFLEET_DATA_DIR: folder.path },
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`No Deskfleet is running on ${folder.path}`);
  });
});

test('every process killed by SIGKILL is replaced, and the gateway answers again', async () => {
  const token = await system.token('alice');
  for (const name of system.processes) {
    const before = system.pid(name);
    system.kill(name, 'SIGKILL');
    await system.ready(name);
    expect(system.pid(name), name).not.toBe(before);
  }
  await eventually(async () => (await askGateway(token)) === 200, { timeoutMs: 20_000 });
}, 90_000);

test('after stop nothing is left running, and the next start knows the tokens of before', async () => {
  const token = await system.token('bob');
  const pids = system.processes.map((name) => system.pid(name) ?? 0);
  await system.stop();
  expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  system = await start();
  expect(await askGateway(token)).toBe(200);
}, 90_000);
