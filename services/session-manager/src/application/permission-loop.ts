import { type Logger, PassLoop } from '@deskfleet/runtime';
import type { PermissionPasses } from './apply-permissions.ts';
import { gatherMilliseconds, type Lease } from './reconcile-loop.ts';

export interface PermissionLoopDeps {
  passes: PermissionPasses;
  lease: Lease;
  logger: Logger;
  pollSeconds: number;
}

/** Tells hosts who may use their desktops, beside the reconciler and on a lease of its own. */
export class PermissionLoop {
  private readonly deps: PermissionLoopDeps;
  private readonly loop = new PassLoop(() => this.passOrLog(), { gatherMilliseconds });

  constructor(deps: PermissionLoopDeps) {
    this.deps = deps;
  }

  start(): void {
    this.loop.start();
  }

  /** Who may use a desktop may have changed: the next pass comes at once. */
  wake(): void {
    this.loop.wake();
  }

  /** Ends after the pass under way and what it has set off. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.deps.passes.settled();
    // Best effort: without it, the lease runs out by itself.
    await this.deps.lease
      .release()
      .catch((err) => this.deps.logger.warn({ err }, 'the lease of permissions could not be given back'));
  }

  /** One look, unless another replica is the one that acts; says how many seconds to wait before the next. */
  async pass(): Promise<number> {
    return (await this.deps.lease.hold()) ? this.deps.passes.pass() : this.deps.pollSeconds;
  }

  /** Until every host has answered, or its time was up. */
  async settled(): Promise<void> {
    await this.deps.passes.settled();
  }

  private passOrLog(): Promise<number> {
    return this.pass().catch((err) => {
      this.deps.logger.error({ err }, 'a look at the permissions of hosts failed; the next one follows');
      return this.deps.pollSeconds;
    });
  }
}
