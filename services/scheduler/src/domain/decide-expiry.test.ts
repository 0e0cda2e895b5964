import { describe, expect, test } from 'vitest';
import {
  at,
  facts,
  follow,
  hours,
  running,
  settings,
  stops,
  told,
  week,
} from '../../test/example-session.ts';
import type { SessionFacts } from './session-facts.ts';
import { hour } from './settings.ts';

const kept = { ...settings, expiry: { linux: 240 * hour, windows: 0 } };
const never = week(stops);
const stoppedSince = at('2026-11-01T12:00');
const unused = (changes: Partial<SessionFacts> = {}) =>
  facts({ schedule: never, stateSince: stoppedSince, ...changes });
const from = at('2026-11-01T12:00');

describe('a stopped desktop that nobody needs', () => {
  test('is announced from half its time on, once a day, and terminated at the end', () => {
    const course = { facts: () => unused(), settings: kept };
    expect(told(follow(course, from, at('2026-11-11T12:05')))).toEqual([
      '06 12:00 announced: terminates 11 12:00',
      '07 12:00 announced: terminates 11 12:00',
      '08 12:00 announced: terminates 11 12:00',
      '09 12:00 announced: terminates 11 12:00',
      '10 12:00 announced: terminates 11 12:00',
      '11 12:00 expired since 01 12:00',
    ]);
  });

  test('is kept half its time after the first announcement, though its time ran out while nobody announced', () => {
    const course = { facts: () => unused(), settings: kept };
    const looks = told(follow(course, at('2026-11-20T00:00'), at('2026-11-25T00:01')));
    expect(looks[0]).toBe('20 00:00 announced: terminates 25 00:00');
    expect(looks.at(-1)).toBe('25 00:00 expired since 01 12:00');
  });

  test('is said to be expired again while it still rests', () => {
    const course = { facts: () => unused(), settings: kept };
    expect(told(follow(course, from, at('2026-11-11T12:15'))).slice(-2)).toEqual([
      '11 12:00 expired since 01 12:00',
      '11 12:10 expired since 01 12:00',
    ]);
  });

  test('five of them expire at the same instant, each by itself', () => {
    const ends = [1, 2, 3, 4, 5].map((n) =>
      told(
        follow(
          { facts: () => unused({ sessionId: `0199c4a0-7d1e-7a43-9c58-3f6f8000000${n}` }), settings: kept },
          from,
          at('2026-11-11T12:01'),
        ),
      ).at(-1),
    );
    expect(ends).toEqual(Array(5).fill('11 12:00 expired since 01 12:00'));
  });

  test('shows when it will be terminated', () => {
    const looks = follow({ facts: () => unused(), settings: kept }, from, at('2026-11-07T00:00'));
    expect(looks[0]?.decision.expiresAt).toBeNull();
    expect(looks.at(-1)?.decision.expiresAt).toEqual(at('2026-11-11T12:00'));
  });
});

describe('a desktop does not expire', () => {
  const all = (changes: Partial<SessionFacts>, by = kept) =>
    told(follow({ facts: () => unused(changes), settings: by }, from, at('2026-12-31T00:00')));

  test('where stopped desktops are kept for good', () => {
    expect(all({}, settings)).toEqual([]);
    expect(all({ os: 'windows' })).toEqual([]);
  });

  test('while it runs', () => {
    expect(all(running)).toEqual([]);
  });

  test('while it is paused', () => {
    expect(all({ pauseUntil: at('2027-01-31T00:00') })).toEqual([]);
  });

  test('of 48 hours, on a Sunday, when its schedule starts it on Monday', () => {
    const quick = { ...settings, expiry: { linux: 48 * hour, windows: 0 } };
    const course = {
      facts: () => facts({ stateSince: at('2026-11-20T19:02'), schedule: week(hours(['08:00', '19:00'])) }),
      settings: quick,
      memory: {
        edge: { at: at('2026-11-20T19:00'), type: 'close' as const },
        askedAt: null,
        warning: null,
        expiry: null,
      },
    };
    expect(told(follow(course, at('2026-11-20T19:02'), at('2026-11-23T08:00')))).toEqual([]);
  });
});

test('a start takes the announcement back, and the next stop begins anew', () => {
  const again = at('2026-11-08T12:00');
  const course = {
    facts: (now: Date) => unused(now >= again ? { stateSince: again } : {}),
    settings: kept,
  };
  const looks = told(follow(course, from, at('2026-11-14T00:00')));
  expect(looks.slice(0, 2)).toEqual([
    '06 12:00 announced: terminates 11 12:00',
    '07 12:00 announced: terminates 11 12:00',
  ]);
  expect(looks[2]).toBe('13 12:00 announced: terminates 18 12:00');
});

test('a shorter time that is set later does not shorten the notice', () => {
  const short = { ...settings, expiry: { linux: 48 * hour, windows: 0 } };
  const looks = told(
    follow({ facts: () => unused(), settings: short }, at('2026-11-20T00:00'), at('2026-11-21T00:01')),
  );
  expect(looks).toEqual(['20 00:00 announced: terminates 21 00:00', '21 00:00 expired since 01 12:00']);
});
