const longestMilliseconds = 60_000;

/** How long an event waits after its handler failed: 250 ms after the first attempt, twice as long each time, at most a minute. */
export function retryDelayMilliseconds(attempt: number): number {
  return Math.min(250 * 2 ** (attempt - 1), longestMilliseconds);
}
