import path from 'node:path';
import { freePort, repositoryRoot } from '@deskfleet/embedded';
import type { BenchServers } from './bench-servers.ts';

export interface BenchProcess {
  /** Program of this project, from its root. */
  file: string;
  /** Path that answers 200 when it is ready. */
  readyPath: string;
  env: Record<string, string>;
}

/** Starts a program as production runs it, and answers where it listens. */
export async function startBenchProcess(
  servers: BenchServers,
  { file, readyPath, env }: BenchProcess,
): Promise<string> {
  const url = `http://127.0.0.1:${await freePort()}`;
  await servers.supervisor.start({
    // There may be several of one program.
    name: `${file} at ${url}`,
    command: process.execPath,
    args: [path.join(repositoryRoot, file)],
    spawnOptions: { cwd: repositoryRoot },
    env: {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      PORT: new URL(url).port,
      LOG_LEVEL: 'warn',
      ...env,
    },
    stopStage: 2,
    isReady: () =>
      fetch(`${url}${readyPath}`).then(
        ({ ok }) => ok,
        () => false,
      ),
  });
  return url;
}
