import { type Schedule, type ScheduleDay, weekOf } from '@deskfleet/contracts';

const hours: ScheduleDay = { type: 'custom', windows: [{ start: '08:00', end: '19:00' }] };
const never: ScheduleDay = { type: 'stop-all-day' };

function everyDay(day: ScheduleDay): Schedule {
  return { timezone: 'UTC', week: weekOf(day), exceptions: [] };
}

/** 08:00 to 19:00 UTC on every day. */
export const daily = everyDay(hours);
/** Four windows of three minutes with as much between them, from 08:00 UTC on: within one test all of it happens. */
export const minutely = everyDay({
  type: 'custom',
  windows: [
    { start: '08:00', end: '08:03' },
    { start: '08:06', end: '08:09' },
    { start: '08:12', end: '08:15' },
    { start: '08:18', end: '08:21' },
  ],
});
export const alwaysOff = everyDay(never);
