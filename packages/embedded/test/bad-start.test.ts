import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { takeFileLock } from '../src/file-lock.ts';
import { freePort } from '../src/free-port.ts';
import { runProgram } from './run-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let env: Record<string, string>;
beforeEach(async () => {
  folder = await temporaryFolder();
  env = { DESKFLEET_DATA_DIR: path.join(folder.path, 'data'), PORT: String(await freePort()) };
});
afterEach(() => folder.remove());

async function refusedWith(env: Record<string, string>): Promise<string> {
  const { code, stderr } = await runProgram('main.ts', { env });
  expect(code).toBe(1);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return stderr;
}

describe('a start that cannot work ends with exit code 1 and one sentence', () => {
  test('when the port is in use', async () => {
    const other = createServer().listen(Number(env.PORT), '127.0.0.1');
    const sentence = await refusedWith(env);
    other.close();
    expect(sentence).toContain(`Port ${env.PORT} is in use by another program`);
  });

  test('when settings are wrong, all at once', async () => {
    const sentence = await refusedWith({
      ...env,
      PORT: 'eighty',
      DESKFLEET_AWS: 'maybe',
      DCV_ACCESS_MODE: 'tunnel',
    });
    expect(sentence).toContain('PORT is "eighty"');
    expect(sentence).toContain('DESKFLEET_AWS is "maybe"');
    expect(sentence).toContain('DCV_ACCESS_MODE is "tunnel"');
  });

  test('when the data folder cannot be written', async () => {
    const file = path.join(folder.path, 'file');
    await writeFile(file, '');
    const sentence = await refusedWith({ ...env, DESKFLEET_DATA_DIR: path.join(file, 'below') });
    expect(sentence).toContain(`The data folder ${file}/below cannot be written`);
  });

  test('when another system runs on the data folder', async () => {
    await mkdir(env.DESKFLEET_DATA_DIR as string);
    await takeFileLock(path.join(env.DESKFLEET_DATA_DIR as string, 'deskfleet.lock'));
    expect(await refusedWith(env)).toContain(
      `already running on ${env.DESKFLEET_DATA_DIR} (process ${process.pid})`,
    );
  });

  test('when a file of the data folder is damaged', async () => {
    await mkdir(env.DESKFLEET_DATA_DIR as string);
    await writeFile(path.join(env.DESKFLEET_DATA_DIR as string, 'secrets.json'), '{"databaseOwner');
    expect(await refusedWith(env)).toMatch(/data folder is damaged: .*secrets\.json is not a JSON object/);
  });

  test.each([
    ['is damaged', {}],
    ['was made by PostgreSQL 15', { PG_VERSION: '15\n' }],
    ['PostgreSQL cannot use the folder', { PG_VERSION: '18\n', 'postgresql.conf': '' }],
  ])("when the database's folder %s", async (says, files) => {
    const database = path.join(env.DESKFLEET_DATA_DIR as string, 'postgres');
    await mkdir(database, { recursive: true });
    for (const [name, text] of Object.entries({ something: '', ...files })) {
      await writeFile(path.join(database, name), text);
    }
    expect(await refusedWith(env)).toContain(says);
  });
});

test('a lock left by a process that has ended does not keep a folder closed', async () => {
  const lock = path.join(folder.path, 'deskfleet.lock');
  // The process id lives on (it is our own), but belonged to another process: the start times differ.
  await writeFile(lock, JSON.stringify({ pid: process.pid, startTime: 'another boot:1' }));
  expect(await takeFileLock(lock)).toBeUndefined();
  expect(await takeFileLock(lock)).toMatchObject({ pid: process.pid });
});
