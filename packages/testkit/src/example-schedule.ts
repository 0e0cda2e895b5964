import type { Schedule } from '@deskfleet/contracts';

const hours: Schedule['week']['monday'] = {
  type: 'custom',
  windows: [{ start: '08:00', end: '19:00' }],
};
const off: Schedule['week']['monday'] = { type: 'stop-all-day' };

/** A desktop's schedule where it does not matter which: Monday to Friday, 08:00 to 19:00, in UTC. */
export const workingWeek: Schedule = {
  timezone: 'UTC',
  week: {
    monday: hours,
    tuesday: hours,
    wednesday: hours,
    thursday: hours,
    friday: hours,
    saturday: off,
    sunday: off,
  },
  exceptions: [],
};
