import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { isAlive, startTimeOf } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

/** Who holds a lock file. */
export interface LockHolder {
  pid: number;
  startTime: string;
}

/**
 * Takes a lock file for this process, or answers who holds it. A file left by a process that has ended is taken over.
 */
export async function takeFileLock(file: string): Promise<LockHolder | undefined> {
  const own: LockHolder = { pid: process.pid, startTime: await startTimeOf(process.pid) };
  const draft = `${file}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    // link() makes the complete file appear at once, and fails when there is one.
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await linkOnce(draft, file)) return undefined;
      const holder = await readHolder(file);
      if (holder && (await isRunning(holder))) return holder;
      await rm(file, { force: true });
    }
    return own;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Runs `action` while holding the lock file; waits up to five minutes for another process to finish. */
export async function withFileLock<T>(file: string, action: () => Promise<T>): Promise<T> {
  const free = async () => (await takeFileLock(file)) === undefined;
  if (!(await waitUntil(free, { timeoutMs: 300_000, intervalMs: 200 }))) {
    throw new Error(`another process holds ${file}`);
  }
  try {
    return await action();
  } finally {
    await rm(file, { force: true });
  }
}

/** The running process that holds the lock file, if any. */
export async function lockHolder(file: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(file);
  return holder && (await isRunning(holder)) ? holder : undefined;
}

async function isRunning(holder: LockHolder): Promise<boolean> {
  return isAlive(holder.pid) && (await startTimeOf(holder.pid)) === holder.startTime;
}

async function linkOnce(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<LockHolder | undefined> {
  try {
    const { pid, startTime } = JSON.parse(await readFile(file, 'utf8')) as Partial<LockHolder>;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}
