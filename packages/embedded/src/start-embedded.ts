import path from 'node:path';
import { migrate } from '@deskfleet/database';
import { openDataFolder } from './data-folder.ts';
import { type EmbeddedSettings, readEmbeddedSettings } from './embedded-settings.ts';
import { requireFreePort } from './gateway-port.ts';
import { createProcessRegister, type ProcessRegister, stopLeftovers } from './leftover-processes.ts';
import { findNatsServer } from './nats-binary.ts';
import type { ProcessEvent, ProcessLine } from './process-definition.ts';
import { cacheFolder } from './project-folders.ts';
import { choosePorts, loadSecrets, type Ports, type Secrets } from './remembered.ts';
import { requestToken } from './request-token.ts';
import { startNats, startPostgres } from './servers.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { planSystem, ROLE_PREFIX, rolePasswords, systemUrls } from './system-plan.ts';

export interface EmbeddedOptions {
  dataDir: string;
  /** Port of the gateway. */
  port: number;
  /** The environment that the processes inherit; `process.env` is not read. */
  env?: Readonly<Record<string, string | undefined>>;
  onLog?: (line: ProcessLine) => void;
  onEvent?: (event: ProcessEvent) => void;
  /** Hears what the start is doing, in a few words. */
  onProgress?: (step: string) => void;
  /** Ends a start that is under way. */
  signal?: AbortSignal;
  /** Longest pause before a process that keeps ending is started again; two seconds unless told. */
  slowestRestartMs?: number;
}

/** A running system: the processes of production, on one machine. */
export interface EmbeddedSystem {
  urls: ReturnType<typeof systemUrls> & { nats: string; databaseOwner: string };
  /** Names of the processes that run. */
  processes: string[];
  /** The process id, which changes with a restart; undefined between two. */
  pid(name: string): number | undefined;
  /** Signals a process; the supervisor starts it again. */
  kill(name: string, signal: NodeJS.Signals): void;
  /** Resolves when the process (after a kill: its successor) is ready. */
  ready(name: string): Promise<void>;
  /** A bearer token of alice, bob or admin, valid for an hour. */
  token(user: string): Promise<string>;
  /** Stops services, then their surroundings, then the servers; with `force` by SIGKILL. */
  stop(options?: { force?: boolean }): Promise<void>;
}

/**
 * Starts everything and resolves when the gateway is ready.
 * @throws StartError with one sentence, after stopping what had started
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedSystem> {
  const given = { ...options.env, PORT: String(options.port), DESKFLEET_DATA_DIR: options.dataDir };
  const settings = readEmbeddedSettings(given);
  const folder = await openDataFolder(settings.dataDir);
  const register = createProcessRegister(folder.path);
  const supervisor = createSupervisor({
    onLine: (line) => options.onLog?.(line),
    onEvent: (event) => {
      noteProcess(register, event);
      options.onEvent?.(event);
    },
    slowestRestartMs: options.slowestRestartMs,
  });
  const stop = async (how: { force?: boolean } = {}) => {
    await supervisor.stop(how);
    await register.settled();
    await folder.release();
  };
  const stopEarly = () => void supervisor.stop();
  options.signal?.addEventListener('abort', stopEarly, { once: true });
  try {
    const urls = await startAll(supervisor, settings, options);
    return handleOf(supervisor, urls, settings, stop);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', stopEarly);
  }
}

async function startAll(supervisor: Supervisor, settings: EmbeddedSettings, options: EmbeddedOptions) {
  const progress = options.onProgress ?? (() => {});
  await stopLeftovers(settings.dataDir);
  await requireFreePort(settings.port);
  const secrets = await loadSecrets(settings.dataDir);
  const ports = await choosePorts(settings.dataDir);
  progress('starting PostgreSQL and NATS');
  const [databaseOwner, natsUrl] = await allOrFirstFailure([
    startDatabase(supervisor, settings, { ports, secrets }),
    startBroker(supervisor, settings, ports, progress),
  ]);
  const plan = planSystem({ settings, ports, secrets, natsUrl });
  progress(`starting ${plan.surroundings.map(({ name }) => name).join(' and ')}`);
  await allOrFirstFailure([
    migrate({ ownerUrl: databaseOwner, rolePrefix: ROLE_PREFIX, passwords: rolePasswords(secrets) }),
    ...plan.surroundings.map((definition) => supervisor.start(definition)),
  ]);
  progress(`starting ${plan.services.map(({ name }) => name).join(', ')}`);
  await allOrFirstFailure(plan.services.map((definition) => supervisor.start(definition)));
  return { ...systemUrls(settings, ports), nats: natsUrl, databaseOwner };
}

async function startDatabase(
  supervisor: Supervisor,
  settings: EmbeddedSettings,
  { ports, secrets }: { ports: Ports; secrets: Secrets },
): Promise<string> {
  return startPostgres(supervisor, {
    dataDir: path.join(settings.dataDir, 'postgres'),
    port: ports.postgres,
    ownerPassword: secrets.databaseOwnerPassword,
  });
}

async function startBroker(
  supervisor: Supervisor,
  settings: EmbeddedSettings,
  ports: Ports,
  onProgress: (step: string) => void,
): Promise<string> {
  if (settings.env.NATS_URL) return settings.env.NATS_URL;
  const binary = await findNatsServer({
    cacheDir: cacheFolder(settings.env),
    searchPath: settings.env.PATH ?? '',
    onProgress,
  });
  return startNats(supervisor, { binary, dataDir: path.join(settings.dataDir, 'nats'), port: ports.nats });
}

/** Lets all settle before it throws: nothing may start while the rest is being stopped. */
async function allOrFirstFailure<T extends readonly unknown[]>(
  starting: [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const results = await Promise.allSettled(starting);
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
  return Promise.all(starting) as unknown as Promise<T>;
}

function handleOf(
  supervisor: Supervisor,
  urls: EmbeddedSystem['urls'],
  settings: EmbeddedSettings,
  stop: EmbeddedSystem['stop'],
): EmbeddedSystem {
  return {
    urls,
    processes: supervisor.names(),
    pid: supervisor.pid,
    kill: supervisor.kill,
    ready: supervisor.ready,
    token: (user) => requestToken(settings.dataDir, user),
    stop,
  };
}

function noteProcess(register: ProcessRegister, event: ProcessEvent): void {
  if (event.kind === 'started' && event.pid) register.add(event.name, event.pid);
  if (event.kind === 'restarting' || event.kind === 'stopped') register.remove(event.name);
}
