/** What the deployment's settings say, in milliseconds. */
export interface SchedulerSettings {
  /** From the warning of a stop to the stop. */
  warning: number;
  /** For how long at least a desktop stays up that somebody started outside its schedule. */
  grace: number;
  /** How long a stopped desktop is kept, by operating system; 0: for good. */
  expiry: { linux: number; windows: number };
  /** When what was told has not happened, it is told again after this long. */
  repeat: number;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export function plus(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds);
}

/** The latest of the instants that there are. */
export function latest(...instants: (Date | null)[]): Date | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}

/** The earliest of the instants that there are. */
export function earliest(...instants: (Date | null)[]): Date | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
}
