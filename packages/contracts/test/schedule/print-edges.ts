import type { Schedule } from '../../src/index.ts';
import { edges } from './short-schedule.ts';

/** A process of its own, as a process's time zone is that in which it was started. */
const { schedule, from, to } = JSON.parse(process.argv[2] ?? '') as {
  schedule: Schedule;
  from: string;
  to: string;
};
const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
process.stdout.write(JSON.stringify({ ownZone, edges: edges(schedule, from, to) }));
