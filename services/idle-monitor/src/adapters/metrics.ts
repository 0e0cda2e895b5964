import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { IdleMetrics } from '../application/ports.ts';

/** From a look at the database to the wait for hosts that do not answer. */
const sweepBuckets = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];

export function createIdleMetrics(registry: Registry): IdleMetrics {
  const sweeps = new Histogram({
    name: 'deskfleet_idle_sweep_seconds',
    help: 'How long a look at all desktops that were due took.',
    buckets: sweepBuckets,
    registers: [registry],
  });
  const checks = new Counter({
    name: 'deskfleet_idle_checks_total',
    help: 'Checks whether a desktop is used, by what was found.',
    labelNames: ['status', 'reason'],
    registers: [registry],
  });
  const told = new Counter({
    name: 'deskfleet_idle_told_total',
    help: 'What idle-monitor has told of desktops, by kind.',
    labelNames: ['what'],
    registers: [registry],
  });
  const unseen = new Gauge({
    name: 'deskfleet_idle_unseen_sessions',
    help: 'Running desktops of which three checks in a row could not tell whether they are used.',
    registers: [registry],
  });
  return {
    observeSweep: (seconds) => sweeps.observe(seconds),
    countCheck: ({ status, reason, tell }) => {
      checks.inc({ status, reason });
      if (tell) told.inc({ what: tell.what });
    },
    setUnseen: (sessions) => unseen.set(sessions),
  };
}
