import { execFile } from 'node:child_process';
import { chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@deskfleet/testkit';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../src/free-port.ts';
import { findPostgresBinaries } from '../src/postgres-binaries.ts';
import { isAlive } from '../src/process-identity.ts';
import { chooseServerUser } from '../src/server-user.ts';
import { startPostgres } from '../src/servers.ts';
import { createSupervisor, type Supervisor } from '../src/supervisor.ts';

let closed: string;
let supervisor: Supervisor;
beforeEach(async () => {
  // mode 700, as /root is
  closed = await mkdtemp(path.join(tmpdir(), 'deskfleet-closed-'));
  supervisor = createSupervisor({ onLine: () => {}, onEvent: () => {} });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await supervisor.stop();
  await rm(closed, { recursive: true, force: true });
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)(
  'programs installed below a closed folder, as with a checkout in /root, work for root',
  async () => {
    const native = path.join(closed, 'native');
    await cp(path.dirname(path.dirname(findPostgresBinaries().initdb)), native, {
      recursive: true,
      verbatimSymlinks: true,
    });
    const bin = path.join(native, 'bin');
    const user = await chooseServerUser([{ path: bin, program: path.join(bin, 'postgres'), remedy: 'none' }]);
    const cluster = path.join(closed, 'cluster');
    await mkdir(cluster);
    await chown(cluster, user.owner?.uid as number, user.owner?.gid as number);
    const initdb = ['--pgdata', cluster, '--no-sync', '--auth=scram-sha-256', '--pwfile=/proc/version'];
    const { command, args, spawnOptions } = user.run(path.join(bin, 'initdb'), initdb);
    const { stdout } = await promisify(execFile)(command, args, spawnOptions);
    expect(stdout).toContain('Success');
  },
  30_000,
);

describe.runIf(isRoot)('a data folder below a folder that is closed to others', () => {
  test('works for root: PostgreSQL starts there, recovers from SIGKILL and stops', async () => {
    const url = await startPostgres(supervisor, {
      dataDir: path.join(closed, 'data/postgres'),
      port: await freePort(),
      ownerPassword: 'owner-of-the-tests',
    });
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS one');
    supervisor.kill('postgres', 'SIGKILL');
    await supervisor.ready('postgres');
    expect(await query(url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    const pid = supervisor.pid('postgres') as number;
    await supervisor.stop();
    await eventually(() => !isAlive(pid));
  }, 30_000);

  test('is refused with one sentence where the capability to enter cannot be given', async () => {
    const programs = path.join(closed, 'programs');
    await mkdir(programs);
    await writeFile(path.join(programs, 'setpriv'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
    const data = path.join(closed, 'data');
    await mkdir(data);
    const remedy = 'choose another';
    const message = await chooseServerUser([{ path: data, remedy }]).then(
      () => 'not refused',
      (error: Error) => error.message,
    );
    const [, blocked = 'nothing'] =
      / because (\S+) is closed to others: choose another\.$/.exec(message) ?? [];
    expect(message).toContain(`The folder ${data} cannot be reached by the user "postgres"`);
    expect(data.startsWith(blocked)).toBe(true);
  });
});
