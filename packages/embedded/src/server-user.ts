import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { StartError } from './start-error.ts';

const execute = promisify(execFile);

/** What to spawn to run a program of the server; `uid` and `gid` are set when root must not run it. */
export interface ServerCommand {
  command: string;
  args: string[];
  spawnOptions: { uid?: number; gid?: number; cwd: string };
}

/** Who runs the server. */
export interface ServerUser {
  /** Must own the server's files; undefined when it is the current user, who does anyway. */
  owner: UserIds | undefined;
  run(program: string, args: string[]): ServerCommand;
}

/** A folder that the server needs. */
export interface NeededFolder {
  path: string;
  /** A program in it that the server's user must be able to run. */
  program?: string;
  /** What to do when the folder is out of reach, as the end of a sentence. */
  remedy: string;
}

interface UserIds {
  uid: number;
  gid: number;
}

// Either lets a user enter folders that are closed to others. The first allows reading only; containers are usually
// not given it, but have the second.
const CAPABILITIES = ['dac_read_search', 'dac_override'];

/**
 * The current user, except for root, as whom Postgres refuses to run: then the user `postgres`, and with the capability
 * to enter closed folders when one of `folders` lies below such a folder (as /root is).
 * @throws StartError when a folder stays out of reach, or the user `postgres` is missing and cannot be made
 */
export async function chooseServerUser(folders: readonly NeededFolder[]): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return currentUser;
  const ids = await findPostgresUser();
  const plain = plainUser(ids);
  for (const user of [plain, ...CAPABILITIES.map((capability) => capableUser(ids, capability))]) {
    if (await reachesAll(user, folders)) return user;
  }
  for (const folder of folders) await requireReachable(plain, folder);
  // All folders are open, so something else is wrong: the server's own words will tell.
  return plain;
}

const currentUser: ServerUser = {
  owner: undefined,
  run: (command, args) => ({ command, args, spawnOptions: { cwd: '/' } }),
};

function plainUser(ids: UserIds): ServerUser {
  return { owner: ids, run: (command, args) => ({ command, args, spawnOptions: { ...ids, cwd: '/' } }) };
}

/** By setpriv of util-linux, which then becomes the program: its process id is the server's. */
function capableUser(ids: UserIds, capability: string): ServerUser {
  const identity = [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups'];
  // Ambient, as the server's programs start each other; for that it must be inheritable too (capabilities(7)). And
  // access(2), by which initdb looks for them, heeds a capability only with this securebit.
  const gift = [
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`,
    '--securebits=+no_setuid_fixup',
  ];
  return {
    owner: ids,
    run: (program, args) => ({
      command: 'setpriv',
      args: [...identity, ...gift, '--', program, ...args],
      spawnOptions: { cwd: '/' },
    }),
  };
}

async function reachesAll(user: ServerUser, folders: readonly NeededFolder[]): Promise<boolean> {
  for (const folder of folders) {
    if (!(await canEnter(user, folder.path))) return false;
    // A folder that can be entered may still hold programs that only root may run, as after an install with umask 077.
    if (folder.program && !(await succeeds(user.run(folder.program, ['--version'])))) return false;
  }
  return true;
}

async function requireReachable(user: ServerUser, { path: folder, remedy }: NeededFolder): Promise<void> {
  const blocked = await firstUnreachable(user, folder);
  if (!blocked) return;
  throw new StartError(
    `The folder ${folder} cannot be reached by the user "postgres", who runs PostgreSQL for root, because ${blocked} is closed to others: ${remedy}.`,
  );
}

async function firstUnreachable(user: ServerUser, folder: string): Promise<string | undefined> {
  if (await canEnter(user, folder)) return undefined;
  const parts = path.resolve(folder).split(path.sep);
  for (let depth = 1; depth <= parts.length; depth++) {
    const at = parts.slice(0, depth).join(path.sep) || path.sep;
    if (!(await canEnter(user, at))) return at;
  }
  return folder;
}

function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  return succeeds(user.run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder]));
}

function succeeds({ command, args, spawnOptions }: ServerCommand): Promise<boolean> {
  return execute(command, args, spawnOptions).then(
    () => true,
    () => false,
  );
}

/** Makes the user `postgres` when it is missing. */
async function findPostgresUser(): Promise<UserIds> {
  const known = await idsOf('postgres');
  if (known) return known;
  await execute('groupadd', ['--system', 'postgres']).catch(() => undefined);
  await execute('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres']).catch(
    () => undefined,
  );
  const created = await idsOf('postgres');
  if (created) return created;
  throw new StartError(
    'PostgreSQL does not run as root and the user "postgres" could not be created: run as a normal user, or create it with "useradd --system postgres".',
  );
}

async function idsOf(name: string): Promise<UserIds | undefined> {
  try {
    const ids = await Promise.all(['-u', '-g'].map((flag) => execute('id', [flag, name])));
    const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}
