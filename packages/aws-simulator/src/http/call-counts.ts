export interface CallCount {
  calls: number;
  /** Instance ids named (or instances asked for) in all these calls. */
  instances: number;
  /** The most instances in one call. */
  mostInstances: number;
  /** Refused calls by error code. */
  errors: Record<string, number>;
  /** Answers that were thrown away after the effect. */
  lostResponses: number;
}

/** How often each API was called since the last reset. */
export class CallCounts {
  #counts = new Map<string, CallCount>();

  #of(api: string): CallCount {
    const existing = this.#counts.get(api);
    if (existing) return existing;
    const created = { calls: 0, instances: 0, mostInstances: 0, errors: {}, lostResponses: 0 };
    this.#counts.set(api, created);
    return created;
  }

  called(api: string, instances: number): void {
    const count = this.#of(api);
    count.calls += 1;
    count.instances += instances;
    count.mostInstances = Math.max(count.mostInstances, instances);
  }

  refused(api: string, code: string): void {
    const { errors } = this.#of(api);
    errors[code] = (errors[code] ?? 0) + 1;
  }

  lost(api: string): void {
    this.#of(api).lostResponses += 1;
  }

  read(): Record<string, CallCount> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  reset(): void {
    this.#counts = new Map();
  }
}
