import type { Logger } from '@deskfleet/runtime';

/** What could not be asked in one sweep, so that the log tells of it once and not for every batch. */
export class FailedCalls {
  #first: unknown;
  #calls = 0;
  #instances = 0;

  /** @param instances how many of them are without an answer for it. */
  add(error: unknown, instances: number): void {
    if (this.#calls === 0) this.#first = error;
    this.#calls += 1;
    this.#instances += instances;
  }

  log(logger: Logger, message: string): void {
    if (this.#calls === 0) return;
    logger.warn({ err: this.#first, calls: this.#calls, instances: this.#instances }, message);
  }
}
