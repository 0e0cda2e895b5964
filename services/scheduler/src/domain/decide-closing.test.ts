import { describe, expect, test } from 'vitest';
import {
  always,
  at,
  facts,
  follow,
  hours,
  running,
  settings,
  stops,
  told,
  toldClose,
  toldOpen,
  week,
} from '../../test/example-session.ts';

const thursday = at('2026-11-26T00:00');

describe('a stop at the close', () => {
  const up = { ...running, stopAtClose: true };

  test('is warned of, and comes at the close', () => {
    const course = { facts: (now: Date) => facts(now > at('2026-11-25T19:00') ? {} : up), memory: toldOpen };
    expect(told(follow(course, at('2026-11-25T09:00'), thursday))).toEqual([
      '25 18:45 warning: stops 25 19:00',
      '25 19:00 stop of 25 19:00',
    ]);
  });

  test('without the time for a warning comes later', () => {
    const course = { facts: always(up), memory: toldOpen };
    expect(told(follow(course, at('2026-11-25T18:58'), at('2026-11-25T19:15')))).toEqual([
      '25 18:58 warning: stops 25 19:13',
      '25 19:00 close of 25 19:00',
      '25 19:13 stop of 25 19:00',
    ]);
  });

  test('with a warning of zero minutes comes without one', () => {
    const course = { facts: always(up), memory: toldOpen, settings: { ...settings, warning: 0 } };
    expect(told(follow(course, at('2026-11-25T09:00'), at('2026-11-25T19:05')))).toEqual([
      '25 19:00 stop of 25 19:00',
    ]);
  });

  test('is postponed by a keep-alive, and warned of again', () => {
    const keptFrom = at('2026-11-25T18:50');
    const course = {
      facts: (now: Date) =>
        facts({ ...up, ...(now >= keptFrom && { keepRunningUntil: at('2026-11-25T20:50') }) }),
      memory: { ...toldOpen, warning: { at: at('2026-11-25T18:45'), ofClose: at('2026-11-25T19:00') } },
    };
    expect(told(follow(course, keptFrom, at('2026-11-25T20:51')))).toEqual([
      '25 19:00 close of 25 19:00',
      '25 20:35 warning: stops 25 20:50',
      '25 20:50 stop of 25 19:00',
    ]);
  });

  test('does not come once the next window is open', () => {
    const keepRunningUntil = at('2026-11-26T09:00');
    const course = { facts: always({ ...up, keepRunningUntil }), memory: toldOpen };
    expect(told(follow(course, at('2026-11-25T18:00'), at('2026-11-26T10:00')))).toEqual([
      '25 19:00 close of 25 19:00',
      '26 08:00 start for 26 08:00',
    ]);
  });

  test('is not even warned of when the next window opens before it', () => {
    const course = { facts: always({ ...up, keepRunningUntil: at('2026-11-26T08:05') }), memory: toldOpen };
    expect(told(follow(course, at('2026-11-25T18:00'), at('2026-11-26T10:00')))).toEqual([
      '25 19:00 close of 25 19:00',
      '26 08:00 start for 26 08:00',
    ]);
  });

  test('leaves the grace period to who started it by hand before its window, in any zone', () => {
    // 08:40 in Kathmandu, before a window of a quarter of an hour.
    const schedule = week(hours(['09:00', '09:15']), stops, 'Asia/Kathmandu');
    const course = {
      facts: always({ ...up, schedule, startedByPersonAt: at('2026-11-25T02:55') }),
      memory: toldClose,
    };
    expect(told(follow(course, at('2026-11-25T02:56'), at('2026-11-25T03:56')))).toEqual([
      '25 03:15 start for 25 03:15',
      '25 03:30 close of 25 03:30',
      '25 03:40 warning: stops 25 03:55',
      '25 03:55 stop of 25 03:30',
    ]);
  });

  test('has no grace period left of a start by hand that was over when the schedule started the desktop', () => {
    const course = {
      facts: always({
        ...up,
        startedBySchedule: true,
        startedByPersonAt: at('2026-11-25T18:40'),
        schedule: week(hours(['18:50', '19:00'])),
      }),
      memory: { ...toldOpen, edge: { at: at('2026-11-25T18:50'), type: 'open' as const } },
      settings: { ...settings, warning: 0 },
    };
    expect(told(follow(course, at('2026-11-25T18:55'), at('2026-11-25T19:05')))).toEqual([
      '25 19:00 stop of 25 19:00',
    ]);
  });

  test('is asked for again while the desktop runs on', () => {
    const course = { facts: always(up), memory: toldOpen, settings: { ...settings, warning: 0 } };
    expect(told(follow(course, at('2026-11-25T18:00'), at('2026-11-25T19:25')))).toEqual([
      '25 19:00 stop of 25 19:00',
      '25 19:10 stop of 25 19:00',
      '25 19:20 stop of 25 19:00',
    ]);
  });

  test('an edit that takes the window away is a close', () => {
    const course = {
      facts: always({ ...up, schedule: week(stops), scheduleChangedAt: at('2026-11-25T14:00') }),
      memory: toldOpen,
      settings: { ...settings, warning: 0 },
    };
    expect(told(follow(course, at('2026-11-25T14:00:01'), at('2026-11-25T14:00:02')))).toEqual([
      '25 14:00:01 stop of 25 14:00',
    ]);
  });
});
