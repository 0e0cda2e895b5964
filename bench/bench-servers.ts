import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate, roleNameOf, type ServiceSchema, serviceSchemas } from '@deskfleet/database';
import {
  cacheFolder,
  createSupervisor,
  findNatsServer,
  freePort,
  type Supervisor,
  startNats,
  startPostgres,
} from '@deskfleet/embedded';

const rolePrefix = 'bench';

/** A Postgres with all tables and a NATS for one measurement, as durable as in the embedded default. */
export interface BenchServers {
  ownerUrl: string;
  natsUrl: string;
  supervisor: Supervisor;
  urlFor(service: ServiceSchema): string;
  stop(): Promise<void>;
}

export async function startBenchServers(): Promise<BenchServers> {
  const folder = await mkdtemp(path.join(tmpdir(), 'deskfleet-bench-'));
  // As root another user runs Postgres, who must be able to enter.
  await chmod(folder, 0o711);
  const supervisor = createSupervisor({ onLine: () => {}, onEvent: () => {} });
  const stop = async () => {
    await supervisor.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const binary = await findNatsServer({
      cacheDir: cacheFolder(process.env),
      searchPath: process.env.PATH ?? '',
    });
    const nats = { binary, dataDir: path.join(folder, 'nats'), port: await freePort() };
    const postgres = {
      dataDir: path.join(folder, 'postgres'),
      port: await freePort(),
      ownerPassword: randomBytes(16).toString('hex'),
    };
    const natsUrl = await startNats(supervisor, nats);
    const ownerUrl = await startPostgres(supervisor, postgres);
    const password = randomBytes(16).toString('hex');
    const passwords = Object.fromEntries(serviceSchemas.map((schema) => [schema, password]));
    await migrate({ ownerUrl, rolePrefix, passwords });
    const urlFor = (service: ServiceSchema) =>
      Object.assign(new URL(ownerUrl), { username: roleNameOf(service, rolePrefix), password }).href;
    return { ownerUrl, natsUrl, supervisor, urlFor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
