import type { LifecycleSettings } from '../src/domain/settings.ts';

/** The times that a deployment has unless told otherwise. */
export const settings: LifecycleSettings = {
  requestedTimeoutMinutes: 5,
  provisioningTimeoutMinutes: 10,
  firstBootTimeoutMinutes: 30,
  restartTimeoutMinutes: 10,
  stoppingTimeoutMinutes: 10,
  hibernatingTimeoutMinutes: 20,
  resizingTimeoutMinutes: 2,
  terminatingTimeoutMinutes: 10,
  errorStopAfterHours: 4,
  capacityRetryWindowMinutes: 0,
  observationSettleSeconds: 60,
};
