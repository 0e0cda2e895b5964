import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { commandLineOf, isAlive } from './process-identity.ts';
import { chooseServerUser, type ServerCommand, type ServerUser } from './server-user.ts';
import { StartError } from './start-error.ts';
import { waitUntil } from './wait-until.ts';

const run = promisify(execFile);
const MAJOR_VERSION = '18';

/** Where a cluster lives and who owns it. */
export interface PostgresSettings {
  /** Folder of the cluster; made at the first start. */
  dataDir: string;
  port: number;
  ownerPassword: string;
  /** Further server settings, such as `{ fsync: 'off' }`. */
  serverSettings?: Record<string, string>;
}

/** The cluster's owner and superuser. */
const OWNER = 'deskfleet_owner';
export const DATABASE = 'deskfleet';

/** The owner's URL of a database on 127.0.0.1. */
export function ownerUrl(settings: PostgresSettings, database: string = DATABASE): string {
  return `postgres://${OWNER}:${encodeURIComponent(settings.ownerPassword)}@127.0.0.1:${settings.port}/${database}`;
}

/**
 * Makes the cluster if it is missing.
 * @throws StartError when the folder is damaged, of another major version, or out of the server user's reach
 */
export async function preparePostgres(settings: PostgresSettings): Promise<ServerCommand> {
  const binaries = findPostgresBinaries();
  await mkdir(path.dirname(settings.dataDir), { recursive: true });
  const user = await chooseServerUser([
    {
      path: path.dirname(binaries.postgres),
      program: binaries.postgres,
      remedy: 'move the checkout to a folder that others may enter, such as /opt, or run as a normal user',
    },
    {
      path: path.dirname(settings.dataDir),
      remedy:
        'set DESKFLEET_DATA_DIR to a folder that others may enter, such as /var/lib/deskfleet, or run as a normal user',
    },
  ]);
  if (await isMissing(settings.dataDir)) await initialise(settings, binaries, user);
  await requireUsable(settings.dataDir);
  return serverCommand(settings, binaries, user);
}

/** True when the server takes connections, if only to refuse the password. */
export async function postgresAnswers(settings: PostgresSettings): Promise<boolean> {
  const client = new pg.Client({
    connectionString: ownerUrl(settings, 'postgres'),
    connectionTimeoutMillis: 1000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    return isWrongPassword(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Creates the database unless it exists. @throws StartError when the password is not the one it was made with */
export async function ensureDatabase(settings: PostgresSettings, name: string = DATABASE): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl(settings, 'postgres') });
  await client.connect().catch((error) => {
    if (!isWrongPassword(error)) throw error;
    throw new StartError(
      `The database in ${settings.dataDir} was made with another password than the one kept beside it: restore the whole data folder from a backup, or move it away to start empty.`,
    );
  });
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

/** The sentence for a server that ended at start, from its own last words. */
export function damagedFolder(dataDir: string, lastWords: string): string {
  const reason =
    /(?:PANIC|FATAL|postgres):\s*(.*)/.exec(lastWords)?.[1] ?? 'the server ended without saying why';
  return `PostgreSQL cannot use the folder ${dataDir} (it says: ${reason}): restore it from a backup, or move it away to start empty.`;
}

function isWrongPassword(error: unknown): boolean {
  // invalid_password (PostgreSQL error codes, appendix A)
  return (error as { code?: unknown }).code === '28P01';
}

async function isMissing(dataDir: string): Promise<boolean> {
  const entries = await readdir(dataDir).catch(() => []);
  return entries.length === 0;
}

/** In a folder beside the final one, renamed when complete: an interrupted first start leaves no half cluster. */
async function initialise(
  settings: PostgresSettings,
  binaries: PostgresBinaries,
  user: ServerUser,
): Promise<void> {
  const fresh = `${settings.dataDir}.new`;
  const passwordFile = `${settings.dataDir}.password`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, `${settings.ownerPassword}\n`, { mode: 0o600 });
  const { owner } = user;
  if (owner) await Promise.all([fresh, passwordFile].map((at) => chown(at, owner.uid, owner.gid)));
  const { command, args, spawnOptions } = user.run(binaries.initdb, [
    `--pgdata=${fresh}`,
    `--username=${OWNER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    // The folder is not used before the rename; the server flushes what matters at its first checkpoint.
    '--no-sync',
  ]);
  try {
    await run(command, args, spawnOptions);
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
      .at(-1);
    throw new StartError(`PostgreSQL could not make its folder ${settings.dataDir}: ${said}.`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rm(settings.dataDir, { recursive: true, force: true });
  await rename(fresh, settings.dataDir);
}

async function requireUsable(dataDir: string): Promise<void> {
  const version = await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8').catch(() => '');
  if (version.trim() === MAJOR_VERSION) return;
  const problem = version.trim()
    ? `was made by PostgreSQL ${version.trim()}, and this one is ${MAJOR_VERSION}`
    : 'is damaged (it has no PG_VERSION)';
  throw new StartError(
    `The folder ${dataDir} ${problem}: restore it from a backup, or move it away to start empty.`,
  );
}

/**
 * After kill -9 the server, its parent, or both may have gone without tidying up: a server still running on this
 * folder is stopped, and a postmaster.pid whose process id now belongs to something else is removed, since Postgres
 * would refuse to start.
 */
export async function clearLeftoverServer(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const command = await commandLineOf(pid);
  if (!(command.includes('postgres') && command.includes(dataDir))) {
    await rm(pidFile, { force: true });
    return;
  }
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    process.kill(pid, signal);
    if (await waitUntil(async () => !isAlive(pid), { timeoutMs: 10_000 })) return;
  }
}

async function serverCommand(
  settings: PostgresSettings,
  binaries: PostgresBinaries,
  user: ServerUser,
): Promise<ServerCommand> {
  await chmod(settings.dataDir, 0o700);
  const server: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // Reached by TCP only; a socket file in a shared folder would collide between copies.
    unix_socket_directories: '',
    ...settings.serverSettings,
  };
  const flags = Object.entries(server).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return user.run(binaries.postgres, ['-D', settings.dataDir, '-p', String(settings.port), ...flags]);
}
