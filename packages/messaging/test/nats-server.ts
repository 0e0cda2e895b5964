import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cacheFolder, findNatsServer, freePort } from '@deskfleet/embedded';

/** A NATS server that a test may kill, and whose data it may wipe. */
export interface NatsServer {
  url: string;
  start(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  wipe(): Promise<void>;
  /** Kills and removes it. */
  dispose(): Promise<void>;
}

export async function createNatsServer(): Promise<NatsServer> {
  const binary = await findNatsServer({
    cacheDir: cacheFolder(process.env),
    searchPath: process.env.PATH ?? '',
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'deskfleet-nats-'));
  const store = path.join(folder, 'store');
  const port = await freePort();
  let child: ChildProcess | null = null;

  async function kill() {
    if (child === null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    child = null;
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    async start() {
      child = spawn(binary, ['-js', '-sd', store, '-p', String(port), '-a', '127.0.0.1'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await serverReady(child);
      child.stderr?.resume();
    },
    kill,
    wipe: () => rm(store, { recursive: true, force: true }),
    async dispose() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serverReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('Server is ready')) resolve();
    });
    child.once('exit', () => reject(new Error(`nats-server ended:\n${log}`)));
  });
}
