import { describe, expect, test } from 'vitest';
import { nextTransition } from '../../src/index.ts';
import { custom, edges, run, scheduleOf, stop, written } from './short-schedule.ts';

describe('Berlin, 02:00 → 03:00 on 2026-03-29 at 01:00Z, 03:00 → 02:00 on 2026-10-25 at 01:00Z', () => {
  const zone = 'Europe/Berlin';

  test.each([
    [
      'an open in the gap is at the jump',
      '02:30-05:00',
      ['open 2026-03-29T01:00Z', 'close 2026-03-29T03:00Z'],
    ],
    [
      'a close in the gap is at the jump',
      '00:30-02:30',
      ['open 2026-03-28T23:30Z', 'close 2026-03-29T01:00Z'],
    ],
    [
      'a close where the gap begins is at the jump',
      '00:30-02:00',
      ['open 2026-03-28T23:30Z', 'close 2026-03-29T01:00Z'],
    ],
    [
      'an open where the gap ends is at the jump',
      '03:00-05:00',
      ['open 2026-03-29T01:00Z', 'close 2026-03-29T03:00Z'],
    ],
    [
      'a window over the gap is an hour shorter',
      '01:30-03:30',
      ['open 2026-03-29T00:30Z', 'close 2026-03-29T01:30Z'],
    ],
    ['a window in the gap is skipped', '02:10-02:50', []],
    ['a window that is the gap is skipped', '02:00-03:00', []],
  ])('spring: %s', (_what, window, expected) => {
    const schedule = scheduleOf(zone, stop, { sunday: custom(window) });
    expect(edges(schedule, '2026-03-28T12:00Z', '2026-03-30T12:00Z')).toEqual(expected);
  });

  test.each([
    [
      'an open in the hour that comes twice is at the first',
      '02:30-05:00',
      ['open 2026-10-25T00:30Z', 'close 2026-10-25T04:00Z'],
    ],
    [
      'a close in the hour that comes twice is at the second',
      '00:30-02:30',
      ['open 2026-10-24T22:30Z', 'close 2026-10-25T01:30Z'],
    ],
    [
      'a window in the hour that comes twice holds from the first to the second',
      '02:10-02:50',
      ['open 2026-10-25T00:10Z', 'close 2026-10-25T01:50Z'],
    ],
    [
      'a close where the hour begins is at its second begin',
      '00:30-02:00',
      ['open 2026-10-24T22:30Z', 'close 2026-10-25T01:00Z'],
    ],
    [
      'an open where the hour ends is after the second',
      '03:00-05:00',
      ['open 2026-10-25T02:00Z', 'close 2026-10-25T04:00Z'],
    ],
  ])('autumn: %s', (_what, window, expected) => {
    const schedule = scheduleOf(zone, stop, { sunday: custom(window) });
    expect(edges(schedule, '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual(expected);
  });

  test('after a window that the gap swallowed the next edge is the one a week later', () => {
    const schedule = scheduleOf(zone, stop, { sunday: custom('02:10-02:50') });
    const next = nextTransition(schedule, new Date('2026-03-22T12:00Z'));
    expect(next && written(next)).toBe('open 2026-04-05T00:10Z');
  });

  test('windows apart by the clock become one where the second pass of the first reaches the second', () => {
    const schedule = scheduleOf(zone, stop, { sunday: custom('01:00-02:20', '02:40-04:00') });
    expect(edges(schedule, '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      'open 2026-10-24T23:00Z',
      'close 2026-10-25T03:00Z',
    ]);
  });

  test('a day that runs lasts 23 hours in spring and 25 in autumn', () => {
    const schedule = scheduleOf(zone, stop, { sunday: run });
    expect(edges(schedule, '2026-03-28T12:00Z', '2026-03-30T12:00Z')).toEqual([
      'open 2026-03-28T23:00Z',
      'close 2026-03-29T22:00Z',
    ]);
    expect(edges(schedule, '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      'open 2026-10-24T22:00Z',
      'close 2026-10-25T23:00Z',
    ]);
  });

  test('a night from 22:00 to 06:00 lasts seven hours in spring and nine in autumn', () => {
    const schedule = scheduleOf(zone, custom('22:00-06:00'));
    expect(edges(schedule, '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual([
      'open 2026-03-28T21:00Z',
      'close 2026-03-29T04:00Z',
    ]);
    expect(edges(schedule, '2026-10-24T12:00Z', '2026-10-25T12:00Z')).toEqual([
      'open 2026-10-24T20:00Z',
      'close 2026-10-25T05:00Z',
    ]);
  });
});

describe('Lord Howe, whose clocks are set by half an hour', () => {
  const zone = 'Australia/Lord_Howe';

  test('02:10 does not exist on 2026-10-04, when 02:00 became 02:30', () => {
    const schedule = scheduleOf(zone, stop, { sunday: custom('02:10-06:00') });
    expect(edges(schedule, '2026-10-03T00:00Z', '2026-10-05T00:00Z')).toEqual([
      'open 2026-10-03T15:30Z',
      'close 2026-10-03T19:00Z',
    ]);
  });

  test('01:40 comes twice on 2026-04-05, when 02:00 became 01:30', () => {
    const schedule = scheduleOf(zone, stop, { sunday: custom('01:40-01:50') });
    expect(edges(schedule, '2026-04-04T00:00Z', '2026-04-06T00:00Z')).toEqual([
      'open 2026-04-04T14:40Z',
      'close 2026-04-04T15:20Z',
    ]);
  });
});

describe('Troll, whose clocks are set by two hours', () => {
  const zone = 'Antarctica/Troll';

  test('01:30 to 02:30 does not exist on 2026-03-29, when 01:00 became 03:00', () => {
    const schedule = scheduleOf(zone, stop, { sunday: custom('01:30-02:30') });
    expect(edges(schedule, '2026-03-28T12:00Z', '2026-03-30T12:00Z')).toEqual([]);
  });

  test('01:30 to 02:30 lasts three hours on 2026-10-25, when 03:00 became 01:00', () => {
    const schedule = scheduleOf(zone, stop, { sunday: custom('01:30-02:30') });
    expect(edges(schedule, '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      'open 2026-10-24T23:30Z',
      'close 2026-10-25T02:30Z',
    ]);
  });
});

describe('Apia, which skipped Friday 2011-12-30 at 10:00Z', () => {
  const zone = 'Pacific/Apia';
  const around = (schedule: ReturnType<typeof scheduleOf>) =>
    edges(schedule, '2011-12-28T00:00Z', '2012-01-03T00:00Z');

  test('the skipped date has no instants to run', () => {
    expect(around(scheduleOf(zone, stop, { friday: run }))).toEqual([]);
  });

  test('the days before and after it touch', () => {
    expect(around(scheduleOf(zone, stop, { thursday: run, saturday: run }))).toEqual([
      'open 2011-12-29T10:00Z',
      'close 2011-12-31T10:00Z',
    ]);
  });

  test('windows of the skipped date are skipped', () => {
    expect(
      around(scheduleOf(zone, stop, { friday: custom('00:00-06:00', '08:00-19:00', '20:00-24:00') })),
    ).toEqual([]);
  });

  test('an exception for the skipped date changes nothing', () => {
    const schedule = scheduleOf(zone, custom('08:00-19:00'), {}, [
      { from: '2011-12-30', to: '2011-12-30', day: run },
    ]);
    expect(around(schedule)).toEqual(around(scheduleOf(zone, custom('08:00-19:00'))));
  });

  test('a night into the skipped date ends at the jump, one out of it begins there', () => {
    expect(around(scheduleOf(zone, stop, { thursday: custom('22:00-06:00') }))).toEqual([
      'open 2011-12-30T08:00Z',
      'close 2011-12-30T10:00Z',
    ]);
    expect(around(scheduleOf(zone, stop, { friday: custom('22:00-06:00') }))).toEqual([
      'open 2011-12-30T10:00Z',
      'close 2011-12-30T16:00Z',
    ]);
  });
});
