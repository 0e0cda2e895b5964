import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  cacheFolder,
  createSupervisor,
  findNatsServer,
  freePort,
  type Supervisor,
  startNats,
  startPostgres,
} from '@deskfleet/embedded';

/** A Postgres and a NATS server for one run. */
export interface Servers {
  /** The owner's URL of any database of the server. */
  ownerUrl: string;
  natsUrl: string;
  stop(): Promise<void>;
}

// The data lives as long as the run: nothing has to survive a crash of the machine.
const FAST_AND_LOSSY: Record<string, string> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  autovacuum_naptime: '10min',
};

/** Servers of our own, under a supervisor that may start more beside them. */
export interface EmbeddedServers extends Servers {
  supervisor: Supervisor;
}

/** Starts both in a new temporary folder; NATS_URL, when set, is used instead of a NATS of our own. */
export async function startEmbeddedServers(serverSettings = FAST_AND_LOSSY): Promise<EmbeddedServers> {
  const folder = await mkdtemp(path.join(tmpdir(), 'deskfleet-test-'));
  // As root another user runs Postgres, who must be able to enter.
  await chmod(folder, 0o711);
  const supervisor = createSupervisor({ onLine: () => {}, onEvent: () => {} });
  const stop = async () => {
    await supervisor.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const natsUrl = await natsFor(supervisor, folder);
    const ownerUrl = await startPostgres(supervisor, {
      dataDir: path.join(folder, 'postgres'),
      port: await freePort(),
      ownerPassword: 'owner-of-the-tests',
      serverSettings,
    });
    return { ownerUrl, natsUrl, supervisor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function natsFor(supervisor: Supervisor, folder: string): Promise<string> {
  if (process.env.NATS_URL) return process.env.NATS_URL;
  const binary = await findNatsServer({
    cacheDir: cacheFolder(process.env),
    searchPath: process.env.PATH ?? '',
  });
  return startNats(supervisor, { binary, dataDir: path.join(folder, 'nats'), port: await freePort() });
}
