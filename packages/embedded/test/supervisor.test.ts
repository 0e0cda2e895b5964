import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '@deskfleet/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../src/free-port.ts';
import type { ProcessDefinition, ProcessEvent } from '../src/process-definition.ts';
import { isAlive } from '../src/process-identity.ts';
import { createSupervisor, type Supervisor } from '../src/supervisor.ts';

let supervisor: Supervisor;
let events: ProcessEvent[];
beforeEach(() => {
  events = [];
  supervisor = createSupervisor({ onLine: () => {}, onEvent: (event) => events.push(event) });
});
afterEach(() => supervisor.stop({ force: true }));

function nodeProcess(name: string, script: string, more: Partial<ProcessDefinition> = {}): ProcessDefinition {
  return {
    name,
    command: process.execPath,
    args: ['-e', script],
    env: {},
    isReady: async () => true,
    ...more,
  };
}

const server = (port: number) =>
  `require('http').createServer((q, s) => s.end()).listen(${port}, '127.0.0.1')`;
const answers = (port: number) => () =>
  fetch(`http://127.0.0.1:${port}`).then(
    ({ ok }) => ok,
    () => false,
  );

test('a process killed by SIGKILL is started again and becomes ready', async () => {
  const port = await freePort();
  await supervisor.start(nodeProcess('server', server(port), { isReady: answers(port) }));
  const before = supervisor.pid('server');
  supervisor.kill('server', 'SIGKILL');
  await supervisor.ready('server');
  expect(supervisor.pid('server')).not.toBe(before);
  expect(await answers(port)()).toBe(true);
});

test('a process that keeps ending at start is given up with its own words', async () => {
  const broken = nodeProcess('broken', "throw new Error('the disk is full')", {
    isReady: async () => false,
    startAttempts: 2,
  });
  await expect(supervisor.start(broken)).rejects.toThrow(
    'broken could not start: it ended with code 1, saying: Error: the disk is full.',
  );
  expect(events.filter(({ kind }) => kind === 'started')).toHaveLength(2);
});

test('a configuration that cannot work (exit code 78) is not tried again', async () => {
  const broken = nodeProcess('broken', 'process.exit(78)', { isReady: async () => false });
  await expect(supervisor.start(broken)).rejects.toThrow('ended with code 78');
  expect(events.filter(({ kind }) => kind === 'started')).toHaveLength(1);
});

test('higher stages have stopped before lower ones are asked to', async () => {
  const slow =
    "process.on('SIGTERM', () => setTimeout(() => process.exit(), 100)); setInterval(() => {}, 1e6)";
  const port = await freePort();
  const listening = `${slow}; ${server(port)}`;
  await supervisor.start(nodeProcess('database', 'setInterval(() => {}, 1e6)', { stopStage: 0 }));
  await supervisor.start(nodeProcess('service', listening, { stopStage: 3, isReady: answers(port) }));
  await supervisor.stop();
  expect(events.filter(({ kind }) => kind === 'stopped').map(({ name }) => name)).toEqual([
    'service',
    'database',
  ]);
});

test('when the supervising process is killed by SIGKILL, what it supervised ends too', async () => {
  const file = path.join(import.meta.dirname, '../src/supervisor.ts');
  const script = `
    const { createSupervisor } = await import(${JSON.stringify(file)});
    const supervisor = createSupervisor({ onLine: () => {}, onEvent: () => {} });
    await supervisor.start({ name: 'child', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1e6)'],
      env: {}, isReady: async () => true });
    console.log(supervisor.pid('child'));`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: parent.stdout }), 'line');
  const child = Number(line);
  expect(isAlive(child)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => !isAlive(child));
});
