import { deepStrictEqual, strictEqual } from 'node:assert';
import fc from 'fast-check';
import { lastTransition, nextTransition, type Schedule, scheduledAt, transitions } from '../../src/index.ts';
import { anySchedule, seed } from './any-schedule.ts';
import { type ClockReading, clockJumps, readClockAround, zones } from './clock-reading.ts';
import { minuteWalk } from './minute-walk.ts';
import { written } from './short-schedule.ts';

/**
 * `npm run test:schedule`: random schedules compared with a walk over every minute of the four days around every jump of
 * every zone from 2000 to 2037, and around some instants of the zones whose clocks were never set. `SCHEDULE_SEED`
 * repeats a run, `SCHEDULE_RUNS` is the number of schedules for each jump.
 */
const firstDay = Date.UTC(2000, 0);
const end = Date.UTC(2038, 0);
const schedulesPerJump = Number(process.env.SCHEDULE_RUNS ?? 6);

const counts = { zones: 0, jumps: 0, otherInstants: 0, schedules: 0, minutes: 0, edges: 0 };
const startedAt = performance.now();

tell(`seed ${seed}, ${zones.length} zones, ${schedulesPerJump} schedules for each jump`);
for (const [index, zone] of zones.entries()) {
  const jumps = clockJumps(zone, firstDay, end);
  const instants =
    jumps.length > 0
      ? jumps
      : fc.sample(fc.integer({ min: firstDay, max: end }), { seed: seed + index, numRuns: 4 });
  counts.zones++;
  counts[jumps.length > 0 ? 'jumps' : 'otherInstants'] += instants.length;
  for (const [turn, instant] of instants.entries()) compareAround(zone, instant, seed + 1_000 * index + turn);
  if (counts.zones % 20 === 0) tell(summary());
}
tell(`All equal: ${summary()}`);

/** @throws with the smallest schedule that it finds, if the arithmetic and the walk differ. */
function compareAround(zone: string, instant: number, ownSeed: number): void {
  const reading = readClockAround(zone, instant);
  const walk = minuteWalk(reading);
  const property = fc.property(anySchedule(zone, instant, 4), (schedule) => {
    compare(schedule, reading, walk(schedule));
  });
  try {
    fc.assert(property, { seed: ownSeed, numRuns: schedulesPerJump });
  } catch (error) {
    throw new Error(`They differ around ${new Date(instant).toISOString()} in ${zone}`, { cause: error });
  }
}

function compare(
  schedule: Schedule,
  { compared: { from, to } }: ClockReading,
  expected: ReturnType<typeof transitions>,
) {
  const found = transitions(schedule, new Date(from), new Date(to));
  deepStrictEqual(found.map(written), expected.map(written));
  for (const edge of expected) {
    const before = new Date(edge.at.getTime() - 1);
    strictEqual(scheduledAt(schedule, before), edge.type === 'close');
    strictEqual(scheduledAt(schedule, edge.at), edge.type === 'open');
    deepStrictEqual(nextTransition(schedule, before), edge);
    deepStrictEqual(lastTransition(schedule, edge.at), edge);
  }
  counts.schedules++;
  counts.minutes += (to - from) / 60_000;
  counts.edges += expected.length;
}

function summary(): string {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const parts = Object.entries(counts).map(([name, count]) => `${count.toLocaleString('en')} ${name}`);
  return `${parts.join(', ')} in ${seconds} s (seed ${seed})`;
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
