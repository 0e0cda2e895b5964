import { setTimeout as delay } from 'node:timers/promises';

/** Asks `ready` again and again; resolves to false when `timeoutMs` passed or `signal` aborted first. */
export async function waitUntil(
  ready: () => Promise<boolean>,
  options: { timeoutMs: number; intervalMs?: number; signal?: AbortSignal },
): Promise<boolean> {
  const deadline = performance.now() + options.timeoutMs;
  while (!options.signal?.aborted) {
    if (await ready()) return true;
    if (performance.now() >= deadline) return false;
    await delay(options.intervalMs ?? 50);
  }
  return false;
}
