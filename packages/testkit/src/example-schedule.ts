import { type Schedule, workingWeek as standard } from '@deskfleet/contracts';

/** A desktop's schedule where it does not matter which: Monday to Friday, 08:00 to 19:00, in UTC. */
export const workingWeek: Schedule = { ...standard, timezone: 'UTC' };
