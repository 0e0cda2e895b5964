import type { Change, Journal } from './journal.ts';

/** Records of one kind by key, in order of first insertion. A record is changed by putting it again. */
export interface Collection<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): void;
  values(): IterableIterator<T>;
  entries(): IterableIterator<[string, T]>;
  readonly size: number;
}

// The journal may grow to this size, or to that of the snapshot, before both are made one.
const smallestCompactedBytes = 16 * 1024 * 1024;

/** All state of the simulator: collections whose changes are journaled in batches. */
export class Store {
  readonly #journal: Journal;
  readonly #maps = new Map<string, Map<string, unknown>>();
  readonly #pending = new Map<string, Change>();
  #writing: Promise<void> = Promise.resolve();
  #journalBytes = 0;
  #snapshotBytes = 0;
  #mustCompact = false;

  constructor(journal: Journal) {
    this.#journal = journal;
    for (const { collection, key, value } of journal.load()) {
      if (value === null) this.#map(collection).delete(key);
      else this.#map(collection).set(key, value);
    }
    this.#compact();
  }

  // The type of a collection is decided by its one opener; what is loaded was written by the same code.
  collection<T>(name: string): Collection<T> {
    const map = this.#map(name) as Map<string, T>;
    return {
      get: (key) => map.get(key),
      put: (key, value) => {
        map.set(key, value);
        this.#remember({ collection: name, key, value });
      },
      delete: (key) => {
        if (map.delete(key)) this.#remember({ collection: name, key, value: null });
      },
      values: () => map.values(),
      entries: () => map.entries(),
      get size() {
        return map.size;
      },
    };
  }

  /** Resolves when every change made before the call would survive a crash. Calls at the same time share one write. */
  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    return this.#writing;
  }

  /** Forgets everything; after the next flush on disk as well. */
  clear(): void {
    for (const map of this.#maps.values()) map.clear();
    this.#pending.clear();
    this.#mustCompact = true;
  }

  #map(name: string): Map<string, unknown> {
    const existing = this.#maps.get(name);
    if (existing) return existing;
    const created = new Map<string, unknown>();
    this.#maps.set(name, created);
    return created;
  }

  #remember(change: Change): void {
    this.#pending.set(`${change.collection}\n${change.key}`, change);
  }

  async #write(): Promise<void> {
    if (this.#mustCompact) return this.#compact();
    if (this.#pending.size === 0) return;
    const changes = [...this.#pending.values()];
    this.#pending.clear();
    try {
      this.#journalBytes += await this.#journal.append(changes);
    } catch (error) {
      // Half a line may have been written: nothing may be appended behind it.
      this.#mustCompact = true;
      throw error;
    }
    if (this.#journalBytes > Math.max(smallestCompactedBytes, this.#snapshotBytes)) this.#compact();
  }

  #compact(): void {
    this.#snapshotBytes = this.#journal.rewrite(this.#changes());
    this.#pending.clear();
    this.#journalBytes = 0;
    this.#mustCompact = false;
  }

  *#changes(): Iterable<Change> {
    for (const [collection, map] of this.#maps) {
      for (const [key, value] of map) yield { collection, key, value };
    }
  }
}
