import { expect, test } from 'vitest';
import {
  lastTransition,
  nextTransition,
  type Schedule,
  type ScheduleDay,
  scheduledAt,
  transitions,
} from '../../src/index.ts';
import { zones } from './clock-reading.ts';
import { custom, run, scheduleOf, stop } from './short-schedule.ts';

const day = 86_400_000;

/** Time of the processor, as other work on the machine must not decide: the bounds are some ten times what is needed. */
function millisecondsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

// For 100,000 one idle core took 0.45 s to parse them, 0.65 s for their edges, and 0.15 s to read a year of all zones.
test('the next edge of 20,000 schedules, each parsed anew, over all zones takes less than three seconds', () => {
  const texts = zones.map((zone) =>
    JSON.stringify(
      scheduleOf(zone, custom('08:00-19:00'), { saturday: stop, sunday: stop }, [
        { from: '2026-12-24', to: '2027-01-03', day: stop },
      ]),
    ),
  );
  const start = Date.UTC(2026, 0, 1);
  const taken = millisecondsOf(() => {
    for (let index = 0; index < 20_000; index++) {
      const schedule = JSON.parse(texts[index % texts.length] ?? '') as Schedule;
      expectEdge(nextTransition(schedule, new Date(start + ((index * 7_919) % (365 * 1_440)) * 60_000)));
    }
  });
  process.stdout.write(`20,000 next edges of schedules parsed anew: ${Math.round(taken)} ms\n`);
  expect(taken).toBeLessThan(3_000);
});

function expectEdge(edge: unknown): void {
  if (!edge) throw new Error('A week with hours has a next edge');
}

/** As many exceptions as a schedule may have, over all the years that can be written. */
function farApart(rule: ScheduleDay): Schedule['exceptions'] {
  return Array.from({ length: 366 }, (_, index) => {
    const date = isoDate(Date.UTC(2026, 5, 1) + index * 21.7 * 365 * day);
    return { from: date, to: date, day: rule };
  });
}

/** Each window is in the gap of a spring. */
const swallowed = Array.from({ length: 366 }, (_, index) => {
  const date = lastSundayOfMarch(2027 + index * 21);
  return { from: date, to: date, day: custom('02:10-02:50') };
});

function lastSundayOfMarch(year: number): string {
  const lastDay = new Date(Date.UTC(year, 2, 31));
  return isoDate(lastDay.getTime() - lastDay.getUTCDay() * day);
}

function isoDate(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

const zone = 'Europe/Berlin';
const wholeDays = custom('06:00-18:00', '18:00-06:00');
const longest: [string, Schedule][] = [
  [
    'stopped for good',
    scheduleOf(zone, custom('08:00-19:00'), {}, [{ from: '2026-01-01', to: '9999-12-31', day: stop }]),
  ],
  ['always on, with exceptions that are on', scheduleOf(zone, run, {}, farApart(run))],
  ['always off, with exceptions that are off', scheduleOf(zone, stop, {}, farApart(stop))],
  [
    'windows that cover every day, with exceptions that do',
    scheduleOf(zone, wholeDays, {}, farApart(wholeDays)),
  ],
  ['windows that the spring swallows, every 21 years', scheduleOf(zone, stop, {}, swallowed)],
];

// One idle core took 2 to 15 ms.
test.each(longest)('no edge is found in less than 150 ms: %s', (_what, schedule) => {
  const now = new Date('2026-06-02T12:00:00Z');
  const taken = millisecondsOf(() => expect(nextTransition(schedule, now)).toBeNull());
  expect(taken).toBeLessThan(150);
  expect(millisecondsOf(() => scheduledAt(schedule, now))).toBeLessThan(150);
  expect(millisecondsOf(() => transitions(schedule, now, new Date(now.getTime() + 400 * day)))).toBeLessThan(
    150,
  );
  expect(millisecondsOf(() => lastTransition(schedule, new Date('9900-01-01T00:00:00Z')))).toBeLessThan(300);
});
