import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@deskfleet/runtime';
import type { Lease } from './reconcile-loop.ts';

export interface ImageLoopDeps {
  /** One look at all images that are not finished. */
  makeImages: () => Promise<void>;
  lease: Lease;
  logger: Logger;
  pollSeconds: number;
}

/** How long requests that come together are gathered. */
const gatherMilliseconds = 50;

/**
 * Makes images beside the reconciler, on a lease of its own: copying disks takes minutes to hours, and neither shall wait
 * for the other's calls.
 */
export class ImageLoop {
  private readonly deps: ImageLoopDeps;
  private wakeUp = new AbortController();
  private stopped = false;
  private done: Promise<void> = Promise.resolve();

  constructor(deps: ImageLoopDeps) {
    this.deps = deps;
  }

  start(): void {
    this.done = this.run();
  }

  /** Somebody may have asked for an image: the next pass comes at once. */
  wake(): void {
    this.wakeUp.abort();
  }

  /** Ends after the pass under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.done;
    // Best effort: without it, the lease runs out by itself.
    await this.deps.lease
      .release()
      .catch((err) => this.deps.logger.warn({ err }, 'the lease of images could not be given back'));
  }

  /** One pass, unless another replica is the one that acts. */
  async pass(): Promise<void> {
    if (await this.deps.lease.hold()) await this.deps.makeImages();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await this.pass().catch((err) =>
        this.deps.logger.error({ err }, 'a pass over the images failed; the next one follows'),
      );
      await this.pause();
      if (!this.stopped) await sleep(gatherMilliseconds);
    }
  }

  private async pause(): Promise<void> {
    const { signal } = this.wakeUp;
    await sleep(this.deps.pollSeconds * 1000, undefined, { signal }).catch(() => undefined);
    if (this.wakeUp.signal.aborted) this.wakeUp = new AbortController();
  }
}
