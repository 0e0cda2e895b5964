import { setTimeout as delay } from 'node:timers/promises';

/** Growing pauses between tries: the first short, so that a blip costs little, the last bounded, so that recovery is soon. */
export interface Backoff {
  /** Waits for the next pause; ends early, without error, when `signal` is aborted. */
  pause(signal: AbortSignal): Promise<void>;
  /** The next pause is the first again. */
  reset(): void;
}

export function createBackoff({ firstMilliseconds = 100, longestMilliseconds = 5_000 } = {}): Backoff {
  let tries = 0;
  return {
    async pause(signal) {
      const milliseconds = Math.min(firstMilliseconds * 2 ** tries, longestMilliseconds);
      tries += 1;
      // Up to a quarter less, so that replicas do not come back in step.
      await delay(milliseconds * (1 - Math.random() / 4), undefined, { signal }).catch(() => {});
    },
    reset() {
      tries = 0;
    },
  };
}
