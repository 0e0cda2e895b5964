import { type Logger, PassLoop } from '@deskfleet/runtime';
import type { Reconciler } from './reconcile.ts';

/** Who may act; held by one process at a time (packages/database/src/lease.ts). */
export interface Lease {
  /** Takes or renews the lease; false when another process holds it. */
  hold(): Promise<boolean>;
  release(): Promise<void>;
}

/** Housekeeping that belongs to no session in motion. Doing it twice at once, in two replicas, does no harm. */
export interface Sweep {
  sweep(): Promise<void>;
}

export interface ReconcileLoopDeps {
  reconciler: Reconciler;
  /** Set off by passes over everything, which do not wait for them. */
  sweeps: Sweep[];
  lease: Lease;
  logger: Logger;
  monotonic: () => number;
  /** Between passes while something is in motion, and between looks for new intents otherwise. */
  fastSeconds: number;
  idleSeconds: number;
  /** Between passes over everything. */
  everythingSeconds: number;
}

/** How long requests that come together are gathered, so that they travel to AWS in one call. */
export const gatherMilliseconds = 50;
/** Between looks at all intents ever: what falls through the cheap look is found here. */
const allIntentsSeconds = 300;

/** Runs passes for as long as the process lives and holds the lease. */
export class ReconcileLoop {
  private readonly deps: ReconcileLoopDeps;
  private readonly passes = new PassLoop(() => this.passOrPause(), { gatherMilliseconds });
  private everythingAt = 0;
  private allIntentsAt = 0;
  private readonly sweeping = new Map<Sweep, Promise<void>>();

  constructor(deps: ReconcileLoopDeps) {
    this.deps = deps;
  }

  start(): void {
    this.passes.start();
  }

  /** Something may have changed: the next pass comes at once. */
  wake(): void {
    this.passes.wake();
  }

  /** Ends after the pass under way and the calls it has set off. */
  async stop(): Promise<void> {
    await this.passes.stop();
    await Promise.all([this.deps.reconciler.settled(), ...this.sweeping.values()]);
    // Best effort: without it, the lease runs out by itself.
    await this.deps.lease
      .release()
      .catch((err) => this.deps.logger.warn({ err }, 'the lease could not be given back'));
  }

  /** Makes a pass if the lease allows, and says how many seconds to wait before the next. */
  private async passOrPause(): Promise<number> {
    try {
      if (!(await this.deps.lease.hold())) return this.deps.idleSeconds;
      const scope = this.nextScope();
      const { inMotion } = await this.deps.reconciler.pass(scope);
      if (scope.everything) this.sweep();
      return inMotion ? this.deps.fastSeconds : this.deps.idleSeconds;
    } catch (error) {
      this.deps.logger.error({ err: error }, 'a reconcile pass failed; the next one follows');
      return this.deps.fastSeconds;
    }
  }

  private sweep(): void {
    for (const sweep of this.deps.sweeps) {
      if (this.sweeping.has(sweep)) continue;
      const run = sweep
        .sweep()
        .catch((err) => this.deps.logger.warn({ err }, 'a sweep failed; the next one follows'))
        .finally(() => this.sweeping.delete(sweep));
      this.sweeping.set(sweep, run);
    }
  }

  private nextScope() {
    const at = this.deps.monotonic();
    const everything = at >= this.everythingAt;
    const allIntents = at >= this.allIntentsAt;
    if (everything) this.everythingAt = at + this.deps.everythingSeconds * 1000;
    if (allIntents) this.allIntentsAt = at + allIntentsSeconds * 1000;
    return { everything, allIntents };
  }
}
