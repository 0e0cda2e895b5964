import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One changed record; `value` null says that it was deleted. */
export interface Change {
  collection: string;
  key: string;
  value: unknown;
}

/**
 * Where changed records are kept. `append` resolves when they would survive the end of this process; both kinds of
 * writing say how many bytes they took.
 */
export interface Journal {
  /** Every record that was kept, oldest first; later changes of the same key replace earlier ones. */
  load(): Change[];
  append(changes: Change[]): Promise<number>;
  /** Replaces everything kept so far by `changes`. */
  rewrite(changes: Iterable<Change>): number;
}

/** Keeps nothing: the state lives as long as the process. */
export const memoryJournal: Journal = {
  load: () => [],
  append: async () => 0,
  rewrite: () => 0,
};

/** The data folder holds something that is not a simulator's state. */
export class StateUnreadableError extends Error {
  constructor(path: string, cause: unknown) {
    super(`The simulator's state in ${path} cannot be read; move it away to start with an empty cloud.`, {
      cause,
    });
    this.name = 'StateUnreadableError';
  }
}

/** The data folder cannot be made or written. */
export class StateFolderError extends Error {
  constructor(folder: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The simulator cannot keep its state in ${folder} (${reason}).`, { cause });
    this.name = 'StateFolderError';
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new StateUnreadableError(path, error);
  }
}

function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'collection' in value && 'key' in value;
}

function parseLines(path: string, text: string, lastLineMayBeTorn: boolean): Change[] {
  const lines = text.split('\n');
  // A crash in the middle of an append leaves a line without its end; its change was never acknowledged.
  const torn = lines.pop() ?? '';
  if (torn !== '' && !lastLineMayBeTorn)
    throw new StateUnreadableError(path, new Error('the last line is cut off'));
  return lines.map((line) => {
    try {
      const change: unknown = JSON.parse(line);
      if (isChange(change)) return change;
    } catch (error) {
      throw new StateUnreadableError(path, error);
    }
    throw new StateUnreadableError(path, new Error('a line is not a change'));
  });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new StateFolderError(folder, error);
  }
}

const toLine = (change: Change) => `${JSON.stringify(change)}\n`;

/**
 * A snapshot, replaced as a whole by write and rename, and a journal of the changes since. The cost of a change
 * is its own size, not that of all instances. Values may be secret (SecureString): only the owner may read them.
 */
export function fileJournal(folder: string): Journal {
  makeFolder(folder);
  const snapshot = join(folder, 'snapshot.ndjson');
  const journal = join(folder, 'journal.ndjson');
  return {
    load: () => [
      ...parseLines(snapshot, readIfThere(snapshot), false),
      ...parseLines(journal, readIfThere(journal), true),
    ],
    append: async (changes) => {
      const text = changes.map(toLine).join('');
      await appendFile(journal, text, { mode: 0o600 });
      return text.length;
    },
    rewrite: (changes) => {
      const next = `${snapshot}.next`;
      const lines: string[] = [];
      for (const change of changes) lines.push(toLine(change));
      const text = lines.join('');
      writeFileSync(next, text, { mode: 0o600, flush: true });
      renameSync(next, snapshot);
      // A crash before this line replays changes that the snapshot has already: the last value of a key wins.
      rmSync(journal, { force: true });
      return text.length;
    },
  };
}
