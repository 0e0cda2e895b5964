// In a terminal the first Ctrl-C comes twice: from the terminal and passed on by npm.
const SAME_KEYSTROKE_MS = 500;

/** The first and the second wish to end, by SIGINT, SIGTERM or SIGHUP. */
export interface Interruption {
  first: Promise<void>;
  second: Promise<void>;
  /** Aborted at the first. */
  signal: AbortSignal;
}

export function untilInterrupted(): Interruption {
  const wishes = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const aborted = new AbortController();
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      wishes[0].resolve();
      aborted.abort();
    } else if (performance.now() - firstAt > SAME_KEYSTROKE_MS) {
      wishes[1].resolve();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return { first: wishes[0].promise, second: wishes[1].promise, signal: aborted.signal };
}
