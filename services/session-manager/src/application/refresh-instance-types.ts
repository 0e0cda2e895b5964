import type { Clock, Logger } from '@deskfleet/runtime';
import type { InstanceTypeFacts, InstanceTypeSource } from './ports.ts';

/** Where the instance types are kept for the gateway. */
export interface InstanceTypeStore {
  /** Seconds since the last refresh; null when there was none. */
  ageSeconds(): Promise<number | null>;
  /** Replaces what is known by what EC2 says now. */
  replaceAll(types: InstanceTypeFacts[], now: Date): Promise<void>;
}

export interface InstanceTypeRefreshDeps {
  source: InstanceTypeSource;
  store: InstanceTypeStore;
  clock: Clock;
  logger: Logger;
}

const daySeconds = 86_400;

/** Asks EC2 for its instance types if that was over a day ago; when EC2 does not answer, what is known stays. */
export async function refreshInstanceTypes({
  source,
  store,
  clock,
  logger,
}: InstanceTypeRefreshDeps): Promise<void> {
  const age = await store.ageSeconds();
  if (age !== null && age < daySeconds) return;
  const types = await source.all();
  if (types.length === 0) {
    logger.warn('EC2 named no instance types; what was known before stays');
    return;
  }
  await store.replaceAll(types, clock.now().toJSDate());
  logger.info({ count: types.length }, 'instance types refreshed');
}
