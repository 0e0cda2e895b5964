import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `check` until it neither throws nor answers `false`, and resolves to its answer.
 * @throws Error after `timeoutMs` (default 10 s) with the last failure, which is its `cause`
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<Exclude<T, false>> {
  const { timeoutMs = 10_000, intervalMs = 25 } = options;
  const deadline = performance.now() + timeoutMs;
  while (true) {
    const outcome = await attempt(check);
    if (outcome.ok) return outcome.value;
    if (performance.now() >= deadline) {
      const reason = outcome.failure instanceof Error ? outcome.failure.message : String(outcome.failure);
      throw new Error(`not so within ${timeoutMs} ms; last: ${reason}`, { cause: outcome.failure });
    }
    await delay(intervalMs);
  }
}

type Outcome<T> = { ok: true; value: Exclude<T, false> } | { ok: false; failure: unknown };

async function attempt<T>(check: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    const value = await check();
    if (value === false) return { ok: false, failure: 'the check answered false' };
    return { ok: true, value: value as Exclude<T, false> };
  } catch (failure) {
    return { ok: false, failure };
  }
}
