import { PassLoop } from '@deskfleet/runtime';
import { LeaseLostError, type SweepLease } from './ports.ts';
import { type SweepDeps, sweep } from './sweep.ts';

export interface SweepLoopDeps extends SweepDeps {
  lease: SweepLease;
  /** Milliseconds of a clock that nothing sets. */
  monotonic: () => number;
}

/** Events make sessions due without telling this loop, which therefore looks this often. */
const lookSeconds = 1;
/** Less than a third of what a lease lasts. */
const renewMilliseconds = 4_000;

/** Sweeps when sessions are due, one after another, for as long as the process lives and holds the lease. */
export class SweepLoop {
  private readonly deps: SweepLoopDeps;
  private readonly passes = new PassLoop(() => this.passOrPause());
  private takeUpAt = Number.NEGATIVE_INFINITY;

  constructor(deps: SweepLoopDeps) {
    this.deps = deps;
  }

  start(): void {
    this.passes.start();
  }

  /** Ends after the sweep under way. */
  async stop(): Promise<void> {
    await this.passes.stop();
    // Best effort: without it, the lease runs out by itself.
    await this.deps.lease
      .release()
      .catch((err) => this.deps.logger.warn({ err }, 'the lease could not be given back'));
  }

  private async passOrPause(): Promise<number> {
    const { logger } = this.deps;
    try {
      return (await this.pass()) ? await this.secondsToNext() : lookSeconds;
    } catch (err) {
      if (err instanceof LeaseLostError) logger.info('another replica looks after idle desktops now');
      else logger.error({ err }, 'a sweep for idle desktops failed; the next one follows');
      return lookSeconds;
    }
  }

  /** Sweeps what is due; false: another replica does. */
  async pass(): Promise<boolean> {
    const { lease, monotonic, metrics, logger } = this.deps;
    if (!(await lease.hold())) return false;
    const begun = monotonic();
    await this.takeUp(begun);
    const { checked } = await this.whileHeld(() => sweep(this.deps));
    if (checked > 0) {
      const seconds = (monotonic() - begun) / 1000;
      metrics.observeSweep(seconds);
      logger.debug({ checked, seconds }, 'looked for idle desktops');
    }
    return true;
  }

  private async takeUp(begun: number): Promise<void> {
    if (begun < this.takeUpAt) return;
    const { store, clock, settings, metrics } = this.deps;
    await store.takeUp(clock.now().toJSDate());
    metrics.setUnseen(await store.countUnseen());
    this.takeUpAt = begun + settings.interval;
  }

  /** A sweep waits for hosts longer than a lease lasts. */
  private async whileHeld<Result>(work: () => Promise<Result>): Promise<Result> {
    const { lease, logger } = this.deps;
    const renewal = setInterval(() => {
      // Whether it is still held is looked at with each commit.
      lease.hold().catch((err) => logger.warn({ err }, 'the lease could not be renewed'));
    }, renewMilliseconds);
    return work().finally(() => clearInterval(renewal));
  }

  private async secondsToNext(): Promise<number> {
    const next = await this.deps.store.nextDueAt();
    if (next === null) return lookSeconds;
    const milliseconds = next.getTime() - this.deps.clock.now().toMillis();
    return Math.min(lookSeconds, Math.max(0.05, milliseconds / 1000));
  }
}
