import { PassLoop } from '@deskfleet/runtime';
import { minute } from '../domain/settings.ts';
import { type PassDeps, runPass } from './run-pass.ts';

export interface SchedulerLoopDeps extends PassDeps {
  /** Milliseconds of a clock that nothing sets. */
  monotonic: () => number;
  /** Of the settings that decisions depend on. */
  fingerprint: string;
}

/** Events make sessions due without telling this loop, which therefore looks this often. */
const lookEvery = 1_000;
/** What events have not told is found this often. */
const catchUpEvery = 5 * minute;
/** Smaller steps back are corrections of the clock, by which nothing is told twice. */
const stepBack = 30_000;
const afterFailureSeconds = 1;

/** Passes at the instants at which something is due, for as long as the process lives. Replicas may run side by side. */
export class SchedulerLoop {
  private readonly deps: SchedulerLoopDeps;
  private readonly passes = new PassLoop(() => this.passOrPause());
  private catchUpAt = Number.NEGATIVE_INFINITY;
  /** Of the monotonic clock, at the last look; null before the first. */
  private clockAhead: number | null = null;

  constructor(deps: SchedulerLoopDeps) {
    this.deps = deps;
  }

  start(): void {
    this.passes.start();
  }

  /** Ends after the pass under way. */
  stop(): Promise<void> {
    return this.passes.stop();
  }

  private async passOrPause(): Promise<number> {
    const { logger, store } = this.deps;
    try {
      await this.pass();
      const next = await store.nextDueAt();
      return secondsUntil(this.deps.clock.now().toMillis(), next);
    } catch (err) {
      logger.error({ err }, 'a pass of the scheduler failed; the next one follows');
      return afterFailureSeconds;
    }
  }

  /** One look at the clock and at everything that is due by it. */
  async pass(): Promise<void> {
    const { store, clock, monotonic } = this.deps;
    await this.noticeClock();
    if (monotonic() >= this.catchUpAt) {
      await store.catchUp(clock.now().toJSDate());
      this.catchUpAt = monotonic() + catchUpEvery;
    }
    await runPass(this.deps);
  }

  private async noticeClock(): Promise<void> {
    const { store, clock, monotonic, fingerprint, logger } = this.deps;
    const now = clock.now();
    const ahead = now.toMillis() - monotonic();
    if (this.clockAhead === null) {
      await store.applySettings(fingerprint, now.toJSDate());
      await store.forgetFuture(now.toJSDate());
    } else if (ahead < this.clockAhead - stepBack) {
      logger.warn(
        { seconds: (this.clockAhead - ahead) / 1000 },
        'the clock was set back; all is looked at again',
      );
      await store.forgetFuture(now.toJSDate());
    }
    this.clockAhead = ahead;
  }
}

function secondsUntil(now: number, next: Date | null): number {
  const minuteBegins = (Math.floor(now / minute) + 1) * minute;
  const due = next === null ? minuteBegins : Math.min(next.getTime(), minuteBegins);
  return Math.min(lookEvery, Math.max(0, due - now)) / 1000;
}
