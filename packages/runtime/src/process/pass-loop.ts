import { setTimeout as sleep } from 'node:timers/promises';

/** Makes passes one after another, with pauses that a wake-up ends. */
export class PassLoop {
  private readonly pass: () => Promise<number>;
  private readonly gatherMilliseconds: number;
  private wakeUp = new AbortController();
  private stopped = false;
  private done: Promise<void> = Promise.resolve();

  /**
   * `pass` says how many seconds to wait before the next one; it does not throw. What comes within `gatherMilliseconds` of
   * a wake-up is there when the next pass begins.
   */
  constructor(pass: () => Promise<number>, { gatherMilliseconds = 0 } = {}) {
    this.pass = pass;
    this.gatherMilliseconds = gatherMilliseconds;
  }

  start(): void {
    this.done = this.run();
  }

  /** Something may have changed: the next pass comes at once. */
  wake(): void {
    this.wakeUp.abort();
  }

  /** Ends after the pass under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const seconds = await this.pass();
      await this.pause(seconds * 1000);
      if (!this.stopped) await sleep(this.gatherMilliseconds);
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.wakeUp.signal }).catch(() => undefined);
    if (this.wakeUp.signal.aborted) this.wakeUp = new AbortController();
  }
}
