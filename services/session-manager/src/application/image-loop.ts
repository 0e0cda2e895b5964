import { type Logger, PassLoop } from '@deskfleet/runtime';
import { gatherMilliseconds, type Lease } from './reconcile-loop.ts';

export interface ImageLoopDeps {
  /** One look at all images that are not finished. */
  makeImages: () => Promise<void>;
  lease: Lease;
  logger: Logger;
  pollSeconds: number;
}

/**
 * Makes images beside the reconciler, on a lease of its own: copying disks takes minutes to hours, and neither shall wait
 * for the other's calls.
 */
export class ImageLoop {
  private readonly deps: ImageLoopDeps;
  private readonly passes = new PassLoop(() => this.passOrLog(), { gatherMilliseconds });

  constructor(deps: ImageLoopDeps) {
    this.deps = deps;
  }

  start(): void {
    this.passes.start();
  }

  /** Somebody may have asked for an image: the next pass comes at once. */
  wake(): void {
    this.passes.wake();
  }

  /** Ends after the pass under way. */
  async stop(): Promise<void> {
    await this.passes.stop();
    // Best effort: without it, the lease runs out by itself.
    await this.deps.lease
      .release()
      .catch((err) => this.deps.logger.warn({ err }, 'the lease of images could not be given back'));
  }

  /** One pass, unless another replica is the one that acts. */
  async pass(): Promise<void> {
    if (await this.deps.lease.hold()) await this.deps.makeImages();
  }

  private async passOrLog(): Promise<number> {
    await this.pass().catch((err) =>
      this.deps.logger.error({ err }, 'a pass over the images failed; the next one follows'),
    );
    return this.deps.pollSeconds;
  }
}
