import type { Database, Lease } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import type { Clock, Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { createIdleMetrics } from './adapters/metrics.ts';
import { createIdleStore } from './adapters/postgres/idle-store.ts';
import type { CpuMetrics, Hosts } from './application/ports.ts';
import { SweepLoop } from './application/sweep-loop.ts';
import type { IdleSettings } from './domain/idle-policy.ts';

export interface AppDependencies {
  db: Kysely<Database>;
  events: EventWriter;
  lease: Lease;
  cpu: CpuMetrics;
  hosts: Hosts;
  /** The database's: replicas act on the same time. */
  clock: Clock;
  monotonic: () => number;
  settings: IdleSettings;
  metrics: Registry;
  logger: Logger;
}

/** The idle-monitor, not started yet. */
export function buildApp({ db, events, lease, metrics, ...deps }: AppDependencies): SweepLoop {
  return new SweepLoop({
    ...deps,
    store: createIdleStore(db, events, lease),
    lease,
    metrics: createIdleMetrics(metrics),
  });
}
