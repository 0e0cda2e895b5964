import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface FailpointSettings {
  /** Names at which the process kills itself, or `record` alone: then the names that are passed are written down. */
  names: readonly string[];
  /** Holds a marker file for every failpoint that has been hit, so that the next life of the process goes on. */
  directory: string;
}

const seenFile = 'seen.log';
// Process-wide on purpose: a failpoint names a place in the code, and a crash takes the whole process.
let active: { names: ReadonlySet<string>; directory: string } | null = null;
let seen: Set<string> | null = null;

/** Arms failpoints, for tests that crash a service at a chosen moment. Without it `failpoint` does nothing. */
export function configureFailpoints({ names, directory }: FailpointSettings): void {
  active = names.length > 0 ? { names: new Set(names), directory } : null;
  seen = names.includes('record') ? new Set() : null;
  if (active) mkdirSync(directory, { recursive: true });
}

/** A moment at which a crash must do no harm. If armed for `name`, the first process to pass it dies by SIGKILL. */
export function failpoint(name: string): void {
  if (active === null) return;
  if (seen && !seen.has(name)) {
    seen.add(name);
    appendFileSync(path.join(active.directory, seenFile), `${name}\n`);
  }
  if (active.names.has(name) && markHit(active.directory, name)) process.kill(process.pid, 'SIGKILL');
}

/** All names that processes recording into this directory have passed. */
export function recordedFailpoints(directory: string): string[] {
  try {
    const lines = readFileSync(path.join(directory, seenFile), 'utf8').split('\n');
    return [...new Set(lines.filter((line) => line !== ''))].sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Returns whether this is the first hit. The marker is on the disk before the process dies. */
function markHit(directory: string, name: string): boolean {
  try {
    const file = openSync(path.join(directory, name), 'wx');
    fsyncSync(file);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
