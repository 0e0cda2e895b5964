/** The times of docs/configuration.md that the rules use, in their own units. */
export interface LifecycleSettings {
  requestedTimeoutMinutes: number;
  provisioningTimeoutMinutes: number;
  firstBootTimeoutMinutes: number;
  restartTimeoutMinutes: number;
  stoppingTimeoutMinutes: number;
  hibernatingTimeoutMinutes: number;
  resizingTimeoutMinutes: number;
  terminatingTimeoutMinutes: number;
  errorStopAfterHours: number;
  /** How long to go on looking for a free machine before that is an error; 0: one round. */
  capacityRetryWindowMinutes: number;
  /** EC2's answers lag: a contradiction this soon after our own call is not news. */
  observationSettleSeconds: number;
}

export function after(start: Date, { seconds = 0, minutes = 0, hours = 0 }): Date {
  return new Date(start.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1000);
}
