import { Counter, Histogram, type Registry } from 'prom-client';
import type { SchedulerMetrics } from '../application/ports.ts';

/** From milliseconds, as it should be, to the hours of a night that the scheduler was down. */
const latenessBuckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600, 28_800];

export function createSchedulerMetrics(registry: Registry): SchedulerMetrics {
  const lateness = new Histogram({
    name: 'deskfleet_schedule_lateness_seconds',
    help: 'From the instant of an edge of a schedule to the event that tells it.',
    buckets: latenessBuckets,
    registers: [registry],
  });
  const told = new Counter({
    name: 'deskfleet_schedule_told_total',
    help: 'What the scheduler has told of sessions, by kind.',
    labelNames: ['what'],
    registers: [registry],
  });
  const undecided = new Counter({
    name: 'deskfleet_schedule_undecided_total',
    help: 'Looks at sessions whose schedules could not be followed; the log says which and why.',
    registers: [registry],
  });
  return {
    observeLateness: (seconds) => lateness.observe(seconds),
    countTold: (what) => told.inc({ what }),
    countUndecided: () => undecided.inc(),
  };
}
