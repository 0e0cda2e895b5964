import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type LockHolder, lockHolder, takeFileLock } from './file-lock.ts';
import { makeFolder } from './make-folder.ts';
import { StartError } from './start-error.ts';

/** The folder in which one embedded system keeps everything. */
export interface DataFolder {
  path: string;
  /** Frees the folder for another start. */
  release(): Promise<void>;
}

/**
 * Makes the folder if needed and takes it for this process.
 * @throws StartError when it cannot be written or another system runs on it
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const holder = await claim(folder).catch((error: NodeJS.ErrnoException) => {
    throw new StartError(
      `The data folder ${folder} cannot be written (${error.code ?? error.message}): allow it, or choose another with DESKFLEET_DATA_DIR.`,
    );
  });
  if (holder) {
    throw new StartError(
      `Deskfleet is already running on ${folder} (process ${holder.pid}): stop it first, or choose another folder with DESKFLEET_DATA_DIR and another PORT.`,
    );
  }
  return { path: folder, release: () => rm(lockFile(folder), { force: true }) };
}

/** The process that runs the system of this folder, if any. */
export function findRunning(folder: string): Promise<LockHolder | undefined> {
  return lockHolder(lockFile(folder));
}

/** Reads a JSON object of the folder; undefined when there is none. @throws StartError when it is damaged */
export async function readDataFile(
  folder: string,
  name: string,
): Promise<Record<string, unknown> | undefined> {
  const file = path.join(folder, name);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StartError(`The file ${file} cannot be read (${error.code}).`);
  });
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below, as for JSON that is no object.
  }
  throw new StartError(
    `The data folder is damaged: ${file} is not a JSON object; restore it from a backup, or move ${folder} away to start empty.`,
  );
}

/** Replaces a JSON file of the folder at once, readable by its owner only. */
export async function writeDataFile(folder: string, name: string, value: object): Promise<void> {
  const file = path.join(folder, name);
  await writeFile(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function claim(folder: string): Promise<LockHolder | undefined> {
  await makeFolder(folder);
  const holder = await takeFileLock(lockFile(folder));
  // Enterable but not listable: when root starts the system, another user runs Postgres below this folder.
  if (!holder) await chmod(folder, 0o711);
  return holder;
}

function lockFile(folder: string): string {
  return path.join(folder, 'deskfleet.lock');
}
