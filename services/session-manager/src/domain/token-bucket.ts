/** A token bucket's size and refill, as AWS documents them for a call. */
export interface BucketLimits {
  size: number;
  refillPerSecond: number;
}

/** Counts what may still be asked of AWS; `at` is in milliseconds of a clock that only moves forward. */
export class TokenBucket {
  private readonly limits: BucketLimits;
  private tokens: number;
  private filledAt: number;

  constructor(limits: BucketLimits, at: number) {
    this.limits = limits;
    this.tokens = limits.size;
    this.filledAt = at;
  }

  /** How many whole tokens there are. */
  available(at: number): number {
    this.fill(at);
    return Math.floor(this.tokens);
  }

  /** Takes `count` tokens; the caller has asked how many there are. */
  take(count: number, at: number): void {
    this.fill(at);
    this.tokens -= count;
  }

  /** AWS says that its bucket is empty: believe it. */
  drain(at: number): void {
    this.fill(at);
    this.tokens = Math.min(this.tokens, 0);
  }

  private fill(at: number): void {
    const seconds = Math.max(0, at - this.filledAt) / 1000;
    this.tokens = Math.min(this.limits.size, this.tokens + seconds * this.limits.refillPerSecond);
    this.filledAt = Math.max(this.filledAt, at);
  }
}
