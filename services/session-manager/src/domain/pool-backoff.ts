/** Machines of one type in one zone: what EC2 has or has not free. */
export interface Pool {
  instanceType: string;
  zone: string | null;
}

export type PoolOutlook = 'open' | 'empty' | 'being-tried';

interface PoolState {
  /** Instances that may be asked for in one call. */
  most: number;
  /** Of single instances, in a row. */
  refusals: number;
  refusedAt: number;
  blockedUntil: number;
  /** The last answer was a refusal, or might have been. */
  inDoubt: boolean;
  /** A call is under way, and its answer is waited for until then. */
  askedUntil: number;
}

const firstBlockMilliseconds = 15_000;
const longestBlockMilliseconds = 600_000;
/** A person who asks again is not answered from memory for longer than this. */
const blockForPeopleMilliseconds = 5_000;
/** While one try is under way, the others wait for its answer. */
const probeMilliseconds = 12_000;
/** More than one call names anyway. */
const enough = 100;
/** A pool that was not refused for so long is like any other. */
const forgetMilliseconds = 1_800_000;

/**
 * Which pools have had nothing free lately. A pool that has not is left alone for a while, then tried with fewer
 * instances, and at last with one, so that it costs others no calls. Times are milliseconds of a clock that only moves
 * forward; what is known is in memory, and costs some calls after a restart.
 */
export class PoolBackoff {
  private readonly pools = new Map<string, PoolState>();

  /** How many instances of the pool one call may ask for now; 0: none. Unknown pools have no bound. */
  allowance(pool: Pool, at: number, who: { forPerson: boolean }): number {
    return this.judge(pool, at, who) === 'open'
      ? (this.known(pool, at)?.most ?? Number.POSITIVE_INFINITY)
      : 0;
  }

  /** Whether the pool may be asked now, was found empty lately, or is being tried for another. */
  judge(pool: Pool, at: number, { forPerson }: { forPerson: boolean }): PoolOutlook {
    const state = this.known(pool, at);
    if (!state) return 'open';
    const until = forPerson
      ? Math.min(state.blockedUntil, state.refusedAt + blockForPeopleMilliseconds)
      : state.blockedUntil;
    if (at < until) return 'empty';
    return at < state.askedUntil ? 'being-tried' : 'open';
  }

  /** Whether the pool has refused lately, so that its instances travel in calls of their own. */
  isSuspect(pool: Pool, at: number): boolean {
    return this.known(pool, at) !== undefined;
  }

  /** One of the pools in a call had nothing free, and EC2 did not say which. */
  suspect(pool: Pool, at: number): void {
    if (this.known(pool, at)) return;
    this.pools.set(key(pool), {
      most: Number.POSITIVE_INFINITY,
      refusals: 0,
      refusedAt: at,
      blockedUntil: at,
      inDoubt: true,
      askedUntil: at,
    });
  }

  /** A call to this pool is made: until it is answered no other is, if the pool is in doubt. */
  asked(pool: Pool, at: number): void {
    const state = this.known(pool, at);
    if (state?.inDoubt) state.askedUntil = at + probeMilliseconds;
  }

  /** The call came to nothing, or to an answer that says nothing about this pool: the next may be made. */
  released(pool: Pool, at: number): void {
    const state = this.known(pool, at);
    if (state) state.askedUntil = at;
  }

  /** EC2 had no room for so many instances of this pool. */
  refused(pool: Pool, instances: number, at: number): void {
    const refusals = (this.known(pool, at)?.refusals ?? 0) + 1;
    const block = Math.min(longestBlockMilliseconds, firstBlockMilliseconds * 2 ** (refusals - 1));
    this.pools.set(key(pool), {
      most: Math.max(1, Math.floor(instances / 2)),
      refusals: instances > 1 ? 0 : refusals,
      refusedAt: at,
      blockedUntil: at + (instances > 1 ? firstBlockMilliseconds : block),
      inDoubt: true,
      askedUntil: at,
    });
  }

  /** EC2 had room for this many: for twice as many next time, until the pool is like any other. */
  granted(pool: Pool, instances: number, at: number): void {
    const state = this.known(pool, at);
    if (!state) return;
    if (instances * 2 >= enough) this.pools.delete(key(pool));
    else {
      const most = instances * 2;
      const free = { blockedUntil: at, askedUntil: at, inDoubt: false };
      this.pools.set(key(pool), { most, refusals: 0, refusedAt: at, ...free });
    }
  }

  private known(pool: Pool, at: number): PoolState | undefined {
    const state = this.pools.get(key(pool));
    if (state && at - state.refusedAt > forgetMilliseconds) this.pools.delete(key(pool));
    return this.pools.get(key(pool));
  }
}

function key({ instanceType, zone }: Pool): string {
  return `${instanceType} ${zone ?? ''}`;
}
