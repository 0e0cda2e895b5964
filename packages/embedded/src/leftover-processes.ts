import { readDataFile, writeDataFile } from './data-folder.ts';
import { isAlive, startTimeOf } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

const FILE = 'processes.json';

/** Remembers the running processes in the data folder, so that the next start finds those that a crash left. */
export interface ProcessRegister {
  add(name: string, pid: number): void;
  remove(name: string): void;
  /** Resolves when everything said so far is written. */
  settled(): Promise<void>;
}

export function createProcessRegister(folder: string): ProcessRegister {
  const running: Record<string, { pid: number; startTime: string }> = {};
  let written = Promise.resolve();
  const write = (change: () => Promise<void>) => {
    // One after the other; a folder that has gone is no reason to end.
    written = written
      .then(change)
      .then(() => writeDataFile(folder, FILE, running))
      .catch(() => undefined);
  };
  return {
    add: (name, pid) =>
      write(async () => {
        running[name] = { pid, startTime: await startTimeOf(pid) };
      }),
    remove: (name) =>
      write(async () => {
        delete running[name];
      }),
    settled: () => written,
  };
}

/** Ends what an earlier system of this folder left running, as after kill -9 of everything that watches. */
export async function stopLeftovers(folder: string): Promise<void> {
  const left = Object.values((await readDataFile(folder, FILE)) ?? {});
  await Promise.all(left.map(stopIfSame));
}

async function stopIfSame(entry: unknown): Promise<void> {
  const { pid, startTime } = entry as { pid?: unknown; startTime?: unknown };
  if (typeof pid !== 'number' || pid < 2) return;
  const isSame = async () => isAlive(pid) && (await startTimeOf(pid)) === startTime;
  // SIGINT also ends Postgres at once, where SIGTERM waits for its clients.
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    if (!(await isSame())) return;
    process.kill(pid, signal);
    await waitUntil(async () => !(await isSame()), { timeoutMs: 10_000 });
  }
}
