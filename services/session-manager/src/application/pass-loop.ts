import { setTimeout as sleep } from 'node:timers/promises';

/** How long requests that come together are gathered, so that they travel to AWS in one call. */
const gatherMilliseconds = 50;

/** Makes passes one after another, with pauses that a wake-up ends. */
export class PassLoop {
  private readonly pass: () => Promise<number>;
  private wakeUp = new AbortController();
  private stopped = false;
  private done: Promise<void> = Promise.resolve();

  /** `pass` says how many seconds to wait before the next one; it does not throw. */
  constructor(pass: () => Promise<number>) {
    this.pass = pass;
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
      if (!this.stopped) await sleep(gatherMilliseconds);
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.wakeUp.signal }).catch(() => undefined);
    if (this.wakeUp.signal.aborted) this.wakeUp = new AbortController();
  }
}
