/** The times of docs/configuration.md that the rules use, in their own units. */
export interface LifecycleSettings {
  requestedTimeoutMinutes: number;
  provisioningTimeoutMinutes: number;
  firstBootTimeoutMinutes: number;
  restartTimeoutMinutes: number;
  stoppingTimeoutMinutes: number;
  terminatingTimeoutMinutes: number;
  errorStopAfterHours: number;
  /** EC2's answers lag: a contradiction this soon after our own call is not news. */
  observationSettleSeconds: number;
}

export function after(start: Date, { seconds = 0, minutes = 0, hours = 0 }): Date {
  return new Date(start.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1000);
}
