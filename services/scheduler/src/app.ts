import type { Database } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import type { Clock, Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { createSchedulerMetrics } from './adapters/metrics.ts';
import { createScheduleStore } from './adapters/postgres/schedule-store.ts';
import { type LeadSetting, Leads } from './application/leads.ts';
import { SchedulerLoop } from './application/scheduler-loop.ts';
import type { SchedulerSettings } from './domain/settings.ts';

export interface AppDependencies {
  db: Kysely<Database>;
  events: EventWriter;
  /** The database's: replicas act on the same time. */
  clock: Clock;
  monotonic: () => number;
  settings: SchedulerSettings;
  lead: LeadSetting;
  metrics: Registry;
  logger: Logger;
}

/** The scheduler, not started yet. */
export function buildApp(deps: AppDependencies): SchedulerLoop {
  const { db, events, clock, monotonic, settings, lead, logger } = deps;
  const store = createScheduleStore(db, events);
  return new SchedulerLoop({
    store,
    leads: new Leads(lead, { store, monotonic }),
    clock,
    monotonic,
    settings,
    fingerprint: JSON.stringify({ ...settings, lead }),
    metrics: createSchedulerMetrics(deps.metrics),
    logger,
  });
}
