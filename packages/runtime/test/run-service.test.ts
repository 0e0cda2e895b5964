import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedFailpoints } from '../src/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deskfleet-service-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Line {
  level: string;
  msg: string;
  err?: { stack: string };
}

function startProcess(mode: string, env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'service-process.ts'), mode],
    {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const lines: Line[] = [];
  const running = Promise.withResolvers<void>();
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line: Line = JSON.parse(text);
      lines.push(line);
      if (line.msg === 'test-service is running.') running.resolve();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => ({
    code,
    signal,
    lines,
    log: lines.map(({ msg }) => msg),
  }));
  return { child, running: running.promise, ended };
}

describe('a service that runs', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('drains, stops and exits with 0 on %s', async (signal) => {
    const { child, running, ended } = startProcess('well');
    await running;
    child.kill(signal);
    const { code, log } = await ended;
    expect(log.slice(-4)).toEqual([
      `test-service is stopping (${signal}).`,
      'drained while draining',
      'closed',
      'test-service has stopped.',
    ]);
    expect(code).toBe(0);
  });

  it('stops cleanly when its supervisor is gone', async () => {
    const { child, running, ended } = startProcess('well', { DESKFLEET_SUPERVISED: '1' });
    await running;
    child.stdin?.end();
    expect(await ended).toMatchObject({ code: 0, log: expect.arrayContaining(['closed']) });
  });

  it('is ended by force when stopping takes too long', async () => {
    const { child, running, ended } = startProcess('hang');
    await running;
    child.kill('SIGTERM');
    expect((await ended).code).toBe(1);
  });

  it('logs an error that nothing caught and exits with 1', async () => {
    const { code, lines } = await startProcess('uncaught').ended;
    expect(code).toBe(1);
    expect(lines.find(({ level }) => level === 'fatal')?.err?.stack).toContain('nobody caught this');
  });
});

describe('a service that cannot start', () => {
  it.each([
    ['config', 78, 'The configuration of test-service has a fault:\n- PORT is not set.'],
    ['known', 1, 'There is no room.'],
  ])('says why in one sentence, without a stack: %s', async (mode, exitCode, sentence) => {
    const { code, lines } = await startProcess(mode).ended;
    expect(code).toBe(exitCode);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'fatal', msg: sentence });
    expect(lines[0]?.err).toBeUndefined();
  });

  it('names a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, log } = await startProcess('port', { TAKEN_PORT: String(port) }).ended;
    expect(log).toEqual([
      `Port ${port} is already in use by another program. Stop it, or choose another port.`,
    ]);
    expect(code).toBe(1);
    server.close();
  });

  it('shows the stack of a bug', async () => {
    const { code, lines } = await startProcess('bug').ended;
    expect(code).toBe(1);
    expect(lines[0]?.err?.stack).toContain('TypeError: a bug');
  });
});

describe('a failpoint', () => {
  it('kills the first process that passes it, and no later one', async () => {
    const env = { DESKFLEET_FAILPOINTS: 'test.start', DESKFLEET_FAILPOINT_DIR: path.join(folder, 'once') };
    expect(await startProcess('well', env).ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    const second = startProcess('well', env);
    await second.running;
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  it('is recorded when asked for', async () => {
    const directory = path.join(folder, 'record');
    await startProcess('known', { DESKFLEET_FAILPOINTS: 'record', DESKFLEET_FAILPOINT_DIR: directory }).ended;
    expect(recordedFailpoints(directory)).toEqual(['test.start']);
    expect(recordedFailpoints(path.join(folder, 'nothing'))).toEqual([]);
  });
});
