import type { Logger } from '@deskfleet/runtime';
import { Counter, type Registry } from 'prom-client';
import type { Alert } from '../application/ports.ts';

/** Alerts as a metric, by which operators are woken, and as a line in the log, which tells them why. */
export function createAlert(metrics: Registry, logger: Logger): Alert {
  const alerts = new Counter({
    name: 'deskfleet_alerts_total',
    help: 'Situations that an operator should look at, by name.',
    labelNames: ['alert'],
    registers: [metrics],
  });
  return (name, detail, sentence) => {
    alerts.inc({ alert: name });
    logger.error({ alert: name, ...detail }, sentence);
  };
}
