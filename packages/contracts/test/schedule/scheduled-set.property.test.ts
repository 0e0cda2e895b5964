import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  lastTransition,
  nextTransition,
  type Schedule,
  scheduledAt,
  type Transition,
  transitions,
} from '../../src/index.ts';
import { anySchedule, seed } from './any-schedule.ts';
import { clockJumps, readClockAround, zones } from './clock-reading.ts';
import { minuteWalk } from './minute-walk.ts';
import { custom, run, scheduleOf, stop, written } from './short-schedule.ts';

process.stdout.write(`Random schedules with SCHEDULE_SEED=${seed}\n`);

const day = 86_400_000;
const anyZone = fc.constantFrom(...zones);

const anyInstant = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2120, 0) }) },
  { weight: 1, arbitrary: fc.integer({ min: Date.UTC(2120, 0), max: Date.UTC(9990, 0) }) },
);

/** A schedule and an instant near its exceptions. */
const anyCase = fc
  .tuple(anyZone, anyInstant)
  .chain(([zone, at]) => fc.record({ schedule: anySchedule(zone, at, 400), at: fc.constant(at) }));

function isInside(schedule: Schedule, at: Date, millisecondsLater: number): boolean {
  return scheduledAt(schedule, new Date(at.getTime() + millisecondsLater));
}

/** The first edge that a list over years shows: that takes no account of where an edge can be. */
function firstListed(schedule: Schedule, after: number, years: number): Transition | undefined {
  const from = new Date(after + 1);
  return transitions(schedule, from, new Date(after + years * 366 * day))[0];
}

/** A jump of a zone's clock; where there was none in a year, some other instant. */
const anyJump = fc
  .record({
    zone: anyZone,
    year: fc.integer({ min: 2000, max: 2037 }),
    choice: fc.nat(),
    otherMinute: fc.integer({ min: 0, max: 365 * 1_440 }),
  })
  .map(({ zone, year, choice, otherMinute }) => {
    const jumps = clockJumps(zone, Date.UTC(year, 0), Date.UTC(year + 1, 0));
    const at = jumps[choice % Math.max(jumps.length, 1)] ?? Date.UTC(year, 0) + otherMinute * 60_000;
    return { zone, at };
  });

const anyJumpAndSchedules = anyJump.chain(({ zone, at }) =>
  fc.record({
    zone: fc.constant(zone),
    at: fc.constant(at),
    schedules: fc.array(anySchedule(zone, at, 4), { minLength: 10, maxLength: 10 }),
  }),
);

// A sample: all of them are asked by `npm run test:schedule`.
test('the edges are those that a walk over every minute finds, around the jumps of the clocks of the world', () => {
  fc.assert(
    fc.property(anyJumpAndSchedules, ({ zone, at, schedules }) => {
      const reading = readClockAround(zone, at);
      const walk = minuteWalk(reading);
      for (const schedule of schedules) {
        const { from, to } = reading.compared;
        const found = transitions(schedule, new Date(from), new Date(to));
        expect(found.map(written)).toEqual(walk(schedule).map(written));
      }
    }),
    { seed, numRuns: 15 },
  );
});

test('the next edge is after the instant, the first of the list, and changes what holds', () => {
  fc.assert(
    fc.property(anyCase, ({ schedule, at }) => {
      const next = nextTransition(schedule, new Date(at));
      expect(next).toEqual(firstListed(schedule, at, 3) ?? null);
      if (!next) return;
      expect(next.at.getTime()).toBeGreaterThan(at);
      expect(isInside(schedule, next.at, 0)).toBe(next.type === 'open');
      expect(isInside(schedule, next.at, -1)).toBe(next.type === 'close');
      expect(scheduledAt(schedule, new Date(at))).toBe(next.type === 'close');
    }),
    { seed, numRuns: 150 },
  );
});

test('the last edge is the mirror of the next one', () => {
  fc.assert(
    fc.property(anyCase, ({ schedule, at }) => {
      const last = lastTransition(schedule, new Date(at));
      if (!last) {
        expect(
          nextTransition(schedule, new Date(at - 4 * 366 * day))?.at.getTime() ?? Infinity,
        ).toBeGreaterThan(at);
        return;
      }
      expect(last.at.getTime()).toBeLessThanOrEqual(at);
      expect(nextTransition(schedule, new Date(last.at.getTime() - 1))).toEqual(last);
      expect(nextTransition(schedule, last.at)?.at.getTime() ?? Infinity).toBeGreaterThan(at);
      expect(scheduledAt(schedule, new Date(at))).toBe(last.type === 'open');
      expect(lastTransition(schedule, last.at)).toEqual(last);
    }),
    { seed, numRuns: 150 },
  );
});

test('edges open and close in turn, none twice, and a list is the sum of its parts', () => {
  fc.assert(
    fc.property(anyCase, fc.integer({ min: 0, max: 40 * day }), ({ schedule, at }, part) => {
      const [from, middle, to] = [new Date(at), new Date(at + part), new Date(at + 40 * day)];
      const list = transitions(schedule, from, to);
      list.slice(1).forEach((edge, index) => {
        expect(edge.at > (list[index] as Transition).at).toBe(true);
        expect(edge.type).not.toBe(list[index]?.type);
      });
      expect([...transitions(schedule, from, middle), ...transitions(schedule, middle, to)]).toEqual(list);
    }),
    { seed, numRuns: 150 },
  );
});

/** Times that cut a day into windows that touch. */
const anyCuts = fc
  .uniqueArray(fc.integer({ min: 1, max: 1_439 }), { maxLength: 3 })
  .map((minutes) => ['00:00', ...minutes.sort((a, b) => a - b).map(clockTime), '24:00'])
  .map((times) => custom(...times.slice(1).map((end, index) => `${times[index]}-${end}`)));

function clockTime(minutes: number): string {
  return new Date(minutes * 60_000).toISOString().slice(11, 16);
}

test('windows and days that touch have no edge where they touch, and a schedule of such days has none at all', () => {
  const touching = fc.oneof(anyCuts, fc.constant(run));
  fc.assert(
    fc.property(
      anyZone,
      touching,
      touching,
      fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
      (zone, one, other, at) => {
        const schedule = scheduleOf(zone, one, { tuesday: other, wednesday: run });
        const date = new Date(at).toISOString().slice(0, 10);
        schedule.exceptions.push({ from: date, to: date, day: other });
        expect(nextTransition(schedule, new Date(at - 40 * day))).toBeNull();
        expect(lastTransition(schedule, new Date(at + 40 * day))).toBeNull();
        expect(scheduledAt(schedule, new Date(at))).toBe(true);
      },
    ),
    { seed, numRuns: 150 },
  );
});

test.each([
  ['runs', run, true],
  ['is stopped', stop, false],
])('a week that always %s has no edge, in no zone', (_what, rule, isScheduled) => {
  for (const zone of zones) {
    const schedule = scheduleOf(zone, rule);
    expect(nextTransition(schedule, new Date('2026-03-01T00:00Z'))).toBeNull();
    expect(lastTransition(schedule, new Date('2026-03-01T00:00Z'))).toBeNull();
    expect(scheduledAt(schedule, new Date('2026-03-01T00:00Z'))).toBe(isScheduled);
    expect(transitions(schedule, new Date('2026-01-01T00:00Z'), new Date('2027-01-01T00:00Z'))).toEqual([]);
  }
});
