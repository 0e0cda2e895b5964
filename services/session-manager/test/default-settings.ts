import type { LifecycleSettings } from '../src/domain/settings.ts';

/** The times that a deployment has unless told otherwise. */
export const settings: LifecycleSettings = {
  requestedTimeoutMinutes: 5,
  provisioningTimeoutMinutes: 10,
  firstBootTimeoutMinutes: 30,
  restartTimeoutMinutes: 10,
  stoppingTimeoutMinutes: 10,
  terminatingTimeoutMinutes: 10,
  errorStopAfterHours: 4,
  observationSettleSeconds: 60,
};
