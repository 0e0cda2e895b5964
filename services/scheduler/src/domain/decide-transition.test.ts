import { describe, expect, test } from 'vitest';
import {
  always,
  at,
  facts,
  follow,
  hours,
  nothingTold,
  running,
  runs,
  stops,
  told,
  toldClose,
  toldOpen,
  week,
} from '../../test/example-session.ts';
import type { Memory, SessionFacts } from './session-facts.ts';
import { minute } from './settings.ts';

const wednesday = at('2026-11-25T00:00');
const thursday = at('2026-11-26T00:00');

/** Stopped until a start is due, then running. */
const obedient =
  (changes: Partial<SessionFacts> = {}, openAt = at('2026-11-25T08:00')) =>
  (now: Date) =>
    facts({ ...(now > openAt && running), ...changes });

describe('a working day', () => {
  test('starts at the open and may stop from the close on', () => {
    expect(told(follow({ facts: obedient(), memory: toldClose }, wednesday, thursday))).toEqual([
      '25 08:00 start for 25 08:00',
      '25 19:00 close of 25 19:00',
    ]);
  });

  test('a window over midnight opens in the evening and closes in the morning', () => {
    const schedule = week(hours(['22:00', '06:00']));
    const course = {
      facts: obedient({ schedule }, at('2026-11-24T22:00')),
      memory: { ...nothingTold, edge: { at: at('2026-11-24T22:00'), type: 'open' as const } },
    };
    expect(told(follow(course, wednesday, at('2026-11-26T07:00')))).toEqual([
      '25 06:00 close of 25 06:00',
      '25 22:00 start for 25 22:00',
      '26 06:00 close of 26 06:00',
    ]);
  });

  test('is that of the user’s own zone', () => {
    const schedule = week(hours(['09:00', '18:00']), stops, 'Asia/Tokyo');
    expect(
      told(
        follow(
          { facts: always({ schedule, stoppedByPersonAt: wednesday }), memory: toldClose },
          wednesday,
          thursday,
        ),
      ),
    ).toEqual(['25 00:00 start for 25 00:00', '25 09:00 close of 25 09:00']);
  });

  test('days that run all day touch: nothing is told at midnight', () => {
    const schedule = week(runs);
    const edge = { at: at('2026-11-23T00:00'), type: 'open' as const };
    const course = { facts: always({ ...running, schedule }), memory: { ...nothingTold, edge } };
    expect(told(follow(course, wednesday, at('2026-11-29T00:00')))).toEqual(['28 00:00 close of 28 00:00']);
  });

  test('always on asks for nothing, and is never looked at again', () => {
    const [look] = follow({ facts: always({ ...running, schedule: week(runs, runs) }) }, wednesday, thursday);
    expect(look?.decision).toMatchObject({ tells: [], lookAt: null });
  });
});

describe('a session of today', () => {
  test('is not told of windows that opened or closed before it was made', () => {
    const course = {
      facts: always({
        ...running,
        createdAt: at('2026-11-25T10:00'),
        startedByPersonAt: at('2026-11-25T10:00'),
      }),
    };
    expect(told(follow(course, at('2026-11-25T10:01'), thursday))).toEqual(['25 19:00 close of 25 19:00']);
    const evening = { facts: always({ ...running, createdAt: at('2026-11-25T20:00') }) };
    expect(told(follow(evening, at('2026-11-25T20:01'), at('2026-11-26T07:00')))).toEqual([]);
  });
});

describe('after the scheduler was down', () => {
  test('over night: the state that the schedule says now, once', () => {
    const memory: Memory = { ...nothingTold, edge: { at: at('2026-11-23T08:00'), type: 'open' } };
    const course = { facts: always({ memory } as object), memory };
    expect(told(follow(course, at('2026-11-25T09:17'), at('2026-11-25T09:18')))).toEqual([
      '25 09:17 start for 25 08:00',
    ]);
    expect(told(follow(course, at('2026-11-25T20:00'), at('2026-11-25T20:01')))).toEqual([
      '25 20:00 close of 25 19:00',
    ]);
  });

  test('a desktop that somebody started after the close it slept through is not stopped', () => {
    const course = {
      facts: always({ ...running, stopAtClose: true, startedByPersonAt: at('2026-11-25T19:30') }),
      memory: toldOpen,
    };
    expect(told(follow(course, at('2026-11-25T20:00'), at('2026-11-26T07:00')))).toEqual([
      '25 20:00 close of 25 19:00',
    ]);
  });

  test('a clock that had run ahead: what was told of the time to come is told again', () => {
    expect(
      told(follow({ facts: always({}), memory: toldOpen }, at('2026-11-25T06:00'), at('2026-11-25T08:05'))),
    ).toEqual(['25 06:00 close of 24 19:00', '25 08:00 start for 25 08:00']);
  });
});

describe('keep-off', () => {
  test('what a person stopped inside the window is not asked for again', () => {
    const course = {
      facts: always({ stoppedByPersonAt: at('2026-11-25T09:00'), stateSince: at('2026-11-25T08:02') }),
      memory: toldOpen,
    };
    expect(told(follow(course, at('2026-11-25T09:00'), at('2026-11-25T18:00')))).toEqual([]);
  });

  test('a start says from when on a stop keeps it off: from the open, or from the lead before it', () => {
    const look = (lead: number) =>
      follow({ facts: always({}), memory: toldClose, lead }, at('2026-11-25T08:00'), thursday)[0]?.decision
        .tells[0];
    expect(look(0)).toMatchObject({ keepOffFrom: at('2026-11-25T08:00') });
    expect(look(10 * minute)).toMatchObject({ keepOffFrom: at('2026-11-25T07:50') });
  });

  test('an edit that made now scheduled is an open of its own', () => {
    const openedAt = at('2026-11-25T14:00');
    const course = {
      facts: always({
        stoppedByPersonAt: at('2026-11-25T13:59'),
        scheduleOpenedAt: openedAt,
        scheduleChangedAt: openedAt,
      }),
      memory: toldOpen,
    };
    const [look] = follow(course, at('2026-11-25T14:00:01'), at('2026-11-25T14:00:02'));
    expect(look?.decision.tells).toMatchObject([
      { what: 'start-due', edgeAt: openedAt, keepOffFrom: openedAt },
    ]);
  });

  test('an edit inside a window that opens it at another time of today is none', () => {
    const course = {
      facts: always({
        schedule: week(hours(['09:00', '19:00'])),
        scheduleChangedAt: at('2026-11-25T10:00'),
        stoppedByPersonAt: at('2026-11-25T08:30'),
        stateSince: at('2026-11-25T08:32'),
      }),
      memory: toldOpen,
    };
    expect(told(follow(course, at('2026-11-25T10:00'), at('2026-11-25T18:00')))).toEqual([]);
  });
});

describe('a pause', () => {
  test('keeps the window shut, and its end opens it', () => {
    const pauseUntil = at('2026-11-25T11:30');
    expect(
      told(follow({ facts: always({ pauseUntil }), memory: toldClose }, wednesday, at('2026-11-25T11:31'))),
    ).toEqual(['25 11:30 start for 25 11:30']);
  });

  test('over the whole window means no start', () => {
    const pauseUntil = at('2026-11-26T07:00');
    expect(told(follow({ facts: always({ pauseUntil }), memory: toldClose }, wednesday, thursday))).toEqual([
      '25 19:00 close of 25 19:00',
    ]);
  });
});

describe('a start that does not come about', () => {
  test('is asked for again while the window is open', () => {
    expect(told(follow({ facts: always({}), memory: toldClose }, wednesday, at('2026-11-25T08:25')))).toEqual(
      ['25 08:00 start for 25 08:00', '25 08:10 start for 25 08:00', '25 08:20 start for 25 08:00'],
    );
  });

  test('is not asked for again once the desktop has run and come to rest', () => {
    const course = { facts: always({ stateSince: at('2026-11-25T12:00') }), memory: toldOpen };
    expect(told(follow(course, at('2026-11-25T12:01'), at('2026-11-25T18:00')))).toEqual([]);
  });
});

describe('a start lead', () => {
  const lead = 20 * minute;
  test('starts within its first half, counts as inside, and is told once', () => {
    const looks = follow(
      { facts: obedient({}, at('2026-11-25T07:45')), memory: toldClose, lead },
      wednesday,
      at('2026-11-25T18:00'),
    );
    // The session's id puts it in the middle of the crowd.
    expect(told(looks)).toEqual(['25 07:45 start for 25 08:00']);
  });

  test('the starts of a crowd are spread over the first half of the lead', () => {
    const crowd = Array.from(
      { length: 200 },
      (_, index) => `0199c4a0-7d1e-7a43-9c58-3f6f${(index * 21_474_836).toString(16).padStart(8, '0')}`,
    );
    const starts = crowd.map((sessionId) => {
      const [look] = follow(
        { facts: always({ sessionId }), memory: toldClose, lead },
        wednesday,
        thursday,
      ).slice(1);
      return (look?.now.getTime() ?? 0) - at('2026-11-25T07:40').getTime();
    });
    expect(Math.min(...starts)).toBe(0);
    expect(Math.max(...starts)).toBeLessThan(10 * minute);
    expect(new Set(starts.map((start) => Math.floor(start / minute))).size).toBe(10);
  });
});
