import { scheduledAt } from '@deskfleet/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  at,
  facts,
  follow,
  type Look,
  nothingTold,
  running,
  settings,
  told,
} from '../../test/example-session.ts';
import { schedules } from '../../test/random-schedules.ts';
import type { SessionFacts } from './session-facts.ts';
import { hour, minute } from './settings.ts';

const from = at('2026-10-23T00:00');
const to = at('2026-10-26T06:00');

/** Facts as they may be for four days, around the end of summer time in Europe. */
const situations = fc.record({
  schedule: schedules,
  stopAtClose: fc.boolean(),
  isUp: fc.boolean(),
  keepRunningUntil: fc.option(minuteOf(from, to)),
  pauseUntil: fc.option(minuteOf(from, to)),
  startedByPersonAt: fc.option(minuteOf(at('2026-10-22T00:00'), from)),
  stoppedByPersonAt: fc.option(minuteOf(at('2026-10-22T00:00'), from)),
});

function factsOf({
  isUp,
  ...changes
}: typeof situations extends fc.Arbitrary<infer T> ? T : never): SessionFacts {
  return facts({
    createdAt: at('2026-10-01T00:00'),
    scheduleChangedAt: at('2026-10-01T00:00'),
    ...(isUp && running),
    ...changes,
  });
}

test('looking when it is due tells the same as looking every minute', () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const course = {
        facts: () => factsOf(situation),
        settings: { ...settings, expiry: { linux: 30 * hour, windows: 0 } },
      };
      expect(told(follow(course, from, to))).toEqual(told(follow(course, from, to, { everyMinute: true })));
    }),
    { numRuns: 12 },
  );
});

test('however often and however late it is looked, each edge is told at most once, and the last tells the state', () => {
  fc.assert(
    fc.property(
      situations,
      fc.uniqueArray(minuteOf(from, to), { minLength: 1, maxLength: 60 }),
      (situation, instants) => {
        // Nothing of this is about repeating: what follows follows.
        const known = {
          ...factsOf({ ...situation, isUp: false, pauseUntil: null }),
          stoppedByPersonAt: at('2027-01-01T00:00'),
        };
        const looks = lookAt(
          instants.sort((a, b) => a.getTime() - b.getTime()),
          known,
        );
        const edges = looks.flatMap(({ decision }) =>
          decision.tells.flatMap((tell) =>
            'edgeAt' in tell ? [`${tell.what} ${tell.edgeAt.toISOString()}`] : [],
          ),
        );
        expect(new Set(edges).size).toBe(edges.length);
        const last = looks.at(-1);
        const edge = last?.decision.memory.edge;
        if (last && edge) expect(edge.type).toBe(scheduledAt(known.schedule, last.now) ? 'open' : 'close');
      },
    ),
    { numRuns: 200 },
  );
});

test('a second look at the same instant tells nothing', () => {
  fc.assert(
    fc.property(situations, minuteOf(from, to), (situation, now) => {
      const [, second] = lookAt([now, now], factsOf(situation));
      expect(second?.decision.tells).toEqual([]);
    }),
  );
});

test('no stop without the warning before it, and none inside a window, before a keep-alive is over or by itself', () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const known = factsOf(situation);
      let warnedAt: Date | null = null;
      for (const { now, decision } of follow({ facts: () => known }, from, to)) {
        for (const tell of decision.tells) {
          if (tell.what === 'stop-warning') warnedAt = now;
          if (tell.what !== 'stop-due' || !tell.stops) continue;
          expect(known.stopAtClose).toBe(true);
          expect(scheduledAt(known.schedule, now)).toBe(false);
          expect(known.keepRunningUntil === null || known.keepRunningUntil <= now).toBe(true);
          expect(warnedAt !== null && warnedAt.getTime() + 15 * minute <= now.getTime()).toBe(true);
        }
      }
    }),
    { numRuns: 200 },
  );
});

function lookAt(instants: Date[], known: SessionFacts): Look[] {
  let memory = nothingTold;
  return instants.flatMap((now) => {
    const looks = follow({ facts: () => known, memory }, now, new Date(now.getTime() + 1));
    memory = looks.at(-1)?.decision.memory ?? memory;
    return looks.slice(0, 1);
  });
}

function minuteOf(first: Date, last: Date): fc.Arbitrary<Date> {
  const minutes = (last.getTime() - first.getTime()) / minute;
  return fc.integer({ min: 0, max: minutes - 1 }).map((n) => new Date(first.getTime() + n * minute));
}
