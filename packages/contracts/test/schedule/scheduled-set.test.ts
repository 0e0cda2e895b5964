import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lastTransition, nextTransition, type Schedule, scheduledAt, transitions } from '../../src/index.ts';
import { custom, edges, run, scheduleOf, stop, written } from './short-schedule.ts';

const at = (text: string) => new Date(text);
/** A Monday, as 2026-06-01 is. */
const week = ['2026-06-01T00:00Z', '2026-06-08T00:00Z'] as const;

describe('windows', () => {
  test('hold from their start, inclusive, to their end, exclusive', () => {
    const schedule = scheduleOf('UTC', custom('08:00-19:00'));
    expect(scheduledAt(schedule, at('2026-06-01T07:59:59.999Z'))).toBe(false);
    expect(scheduledAt(schedule, at('2026-06-01T08:00:00.000Z'))).toBe(true);
    expect(scheduledAt(schedule, at('2026-06-01T18:59:59.999Z'))).toBe(true);
    expect(scheduledAt(schedule, at('2026-06-01T19:00:00.000Z'))).toBe(false);
  });

  test('are read in any order', () => {
    const schedule = scheduleOf('UTC', stop, { monday: custom('13:00-17:00', '08:00-12:00') });
    expect(edges(schedule, ...week)).toEqual([
      'open 2026-06-01T08:00Z',
      'close 2026-06-01T12:00Z',
      'open 2026-06-01T13:00Z',
      'close 2026-06-01T17:00Z',
    ]);
  });

  test('over midnight belong to the day on which they start, whatever the next day is', () => {
    const schedule = scheduleOf('UTC', stop, { monday: custom('22:00-06:00') });
    expect(edges(schedule, ...week)).toEqual(['open 2026-06-01T22:00Z', 'close 2026-06-02T06:00Z']);
    const withException = scheduleOf('UTC', stop, { monday: custom('22:00-06:00') }, [
      { from: '2026-06-02', to: '2026-06-02', day: custom('05:00-07:00') },
    ]);
    expect(edges(withException, ...week)).toEqual(['open 2026-06-01T22:00Z', 'close 2026-06-02T07:00Z']);
  });

  test('of a day that an exception replaces do not reach into the next day', () => {
    const schedule = scheduleOf('UTC', stop, { monday: custom('22:00-06:00') }, [
      { from: '2026-06-01', to: '2026-06-01', day: stop },
    ]);
    expect(edges(schedule, ...week)).toEqual([]);
  });

  test.each(['24:00', '00:00'])('end at midnight as %s', (end) => {
    const schedule = scheduleOf('UTC', stop, { monday: custom(`20:00-${end}`) });
    expect(edges(schedule, ...week)).toEqual(['open 2026-06-01T20:00Z', 'close 2026-06-02T00:00Z']);
  });
});

describe('what touches is one', () => {
  test.each<[string, Partial<Schedule['week']>, string[]]>([
    [
      'two days that run',
      { monday: run, tuesday: run },
      ['open 2026-06-01T00:00Z', 'close 2026-06-03T00:00Z'],
    ],
    [
      'a day that runs and a window after it',
      { monday: run, tuesday: custom('00:00-08:00') },
      ['open 2026-06-01T00:00Z', 'close 2026-06-02T08:00Z'],
    ],
    [
      'a window and a day that runs after it',
      { monday: custom('20:00-24:00'), tuesday: run },
      ['open 2026-06-01T20:00Z', 'close 2026-06-03T00:00Z'],
    ],
    [
      'a night into a day that runs',
      { monday: custom('22:00-06:00'), tuesday: run },
      ['open 2026-06-01T22:00Z', 'close 2026-06-03T00:00Z'],
    ],
    [
      'windows that touch',
      { monday: custom('08:00-12:00', '12:00-17:00') },
      ['open 2026-06-01T08:00Z', 'close 2026-06-01T17:00Z'],
    ],
    [
      'a night that reaches a morning',
      { monday: custom('22:00-06:00'), tuesday: custom('06:00-08:00') },
      ['open 2026-06-01T22:00Z', 'close 2026-06-02T08:00Z'],
    ],
    [
      'a night that overlaps a morning',
      { monday: custom('22:00-06:00'), tuesday: custom('01:00-02:00') },
      ['open 2026-06-01T22:00Z', 'close 2026-06-02T06:00Z'],
    ],
  ])('%s', (_what, days, expected) => {
    expect(edges(scheduleOf('UTC', stop, days), ...week)).toEqual(expected);
  });

  test('a day that runs beside one with hours closes at midnight', () => {
    const schedule = scheduleOf('UTC', stop, { monday: run, tuesday: custom('08:00-19:00') });
    expect(edges(schedule, ...week)).toEqual([
      'open 2026-06-01T00:00Z',
      'close 2026-06-02T00:00Z',
      'open 2026-06-02T08:00Z',
      'close 2026-06-02T19:00Z',
    ]);
  });

  test('a week that runs from Monday to Friday has one open and one close', () => {
    const schedule = scheduleOf('UTC', run, { saturday: stop, sunday: stop });
    expect(edges(schedule, ...week)).toEqual(['open 2026-06-01T00:00Z', 'close 2026-06-06T00:00Z']);
    expect(nextTransition(schedule, at('2026-06-03T12:00Z'))).toEqual({
      at: at('2026-06-06T00:00Z'),
      type: 'close',
    });
    expect(lastTransition(schedule, at('2026-06-03T12:00Z'))).toEqual({
      at: at('2026-06-01T00:00Z'),
      type: 'open',
    });
  });
});

describe('exceptions', () => {
  test('hold over the end of a year, both of their dates included', () => {
    const schedule = scheduleOf('Europe/Paris', custom('08:00-19:00'), {}, [
      { from: '2026-12-24', to: '2027-01-03', day: stop, note: 'Christmas' },
    ]);
    expect(edges(schedule, '2026-12-23T12:00Z', '2027-01-04T12:00Z')).toEqual([
      'close 2026-12-23T18:00Z',
      'open 2027-01-04T07:00Z',
    ]);
    expect(lastTransition(schedule, at('2027-01-01T12:00Z'))).toEqual({
      at: at('2026-12-23T18:00Z'),
      type: 'close',
    });
  });

  test('of one day that runs join over the end of a year', () => {
    const schedule = scheduleOf('UTC', stop, {}, [
      { from: '2026-12-31', to: '2026-12-31', day: run },
      { from: '2027-01-01', to: '2027-01-01', day: run },
    ]);
    expect(nextTransition(schedule, at('2026-06-01T00:00Z'))).toEqual({
      at: at('2026-12-31T00:00Z'),
      type: 'open',
    });
    expect(nextTransition(schedule, at('2026-12-31T00:00Z'))).toEqual({
      at: at('2027-01-02T00:00Z'),
      type: 'close',
    });
    expect(nextTransition(schedule, at('2027-01-02T00:00Z'))).toBeNull();
    expect(lastTransition(schedule, at('2090-01-01T00:00Z'))).toEqual({
      at: at('2027-01-02T00:00Z'),
      type: 'close',
    });
    expect(lastTransition(schedule, at('2026-12-30T00:00Z'))).toBeNull();
  });

  test('count in the order in which they are written', () => {
    const holiday = { from: '2026-06-01', to: '2026-06-07', day: stop };
    const dayOfWork = { from: '2026-06-03', to: '2026-06-03', day: custom('10:00-11:00') };
    const found = (...exceptions: Schedule['exceptions']) =>
      edges(scheduleOf('UTC', run, {}, exceptions), '2026-06-02T00:00Z', '2026-06-07T00:00Z');
    expect(found(dayOfWork, holiday)).toEqual(['open 2026-06-03T10:00Z', 'close 2026-06-03T11:00Z']);
    expect(found(holiday, dayOfWork)).toEqual([]);
  });

  test('years away are found, forwards and backwards', () => {
    const schedule = scheduleOf('Asia/Tokyo', run, {}, [{ from: '2199-05-05', to: '2199-05-06', day: stop }]);
    const [close, open] = [at('2199-05-04T15:00Z'), at('2199-05-06T15:00Z')];
    expect(nextTransition(schedule, at('2026-06-01T00:00Z'))).toEqual({ at: close, type: 'close' });
    expect(nextTransition(schedule, close)).toEqual({ at: open, type: 'open' });
    expect(nextTransition(schedule, open)).toBeNull();
    expect(lastTransition(schedule, at('9000-01-01T00:00Z'))).toEqual({ at: open, type: 'open' });
    expect(lastTransition(schedule, at('2199-05-04T00:00Z'))).toBeNull();
  });

  // Its end would be an edge in the year 10000, east of Greenwich still in 9999; no zone shall see one.
  test.each(['Pacific/Kiritimati', 'UTC', 'Pacific/Pago_Pago'])(
    'until 9999-12-31 hold for good, in %s',
    (zone) => {
      for (const [day, isScheduled] of [
        [run, true],
        [stop, false],
      ] as const) {
        const schedule = scheduleOf(zone, custom('08:00-19:00'), {}, [
          { from: '2026-06-01', to: '9999-12-31', day },
        ]);
        expect(nextTransition(schedule, at('2026-06-03T00:00Z'))).toBeNull();
        expect(nextTransition(schedule, at('9999-12-31T23:59:59Z'))).toBeNull();
        expect(scheduledAt(schedule, at('9999-12-31T23:59:59Z'))).toBe(isScheduled);
      }
    },
  );
});

describe('times without meaning', () => {
  const schedule = scheduleOf('Europe/Paris', custom('08:00-19:00'));

  test.each<[string, () => unknown]>([
    ['an invalid instant', () => nextTransition(schedule, at('never'))],
    ['an invalid end', () => transitions(schedule, at('2026-06-01T00:00Z'), at('never'))],
    [
      'a zone that does not exist',
      () => scheduledAt({ ...schedule, timezone: 'Europe/Atlantis' }, at('2026-06-01T00:00Z')),
    ],
  ])('%s is refused at once', (_what, ask) => {
    expect(ask).toThrow(RangeError);
  });

  test('a list whose end is not after its begin is empty', () => {
    expect(edges(schedule, '2026-06-01T06:00Z', '2026-06-01T06:00Z')).toEqual([]);
    expect(edges(schedule, '2026-06-08T06:00Z', '2026-06-01T06:00Z')).toEqual([]);
  });
});

test('a list has the edge at its begin and not the one at its end', () => {
  const schedule = scheduleOf('UTC', custom('08:00-19:00'));
  expect(edges(schedule, '2026-06-01T08:00Z', '2026-06-01T19:00Z')).toEqual(['open 2026-06-01T08:00Z']);
});

test('a schedule that was changed after it was asked says what it says now', () => {
  const schedule = scheduleOf('UTC', custom('08:00-19:00'));
  const from = at('2026-06-01T00:00Z');
  nextTransition(schedule, from);
  schedule.week.monday = custom('10:00-12:00');
  expect(nextTransition(schedule, from)).toEqual({ at: at('2026-06-01T10:00Z'), type: 'open' });
});

test.each(['America/Los_Angeles', 'Pacific/Kiritimati'])(
  'a user in Tokyo has the same hours from a process whose own zone is %s',
  (zoneOfProcess) => {
    const schedule = scheduleOf('Asia/Tokyo', custom('08:00-19:00', '22:00-06:00'), { sunday: run });
    const [from, to] = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'];
    const script = fileURLToPath(new URL('print-edges.ts', import.meta.url));
    const printed = execFileSync(process.execPath, [script, JSON.stringify({ schedule, from, to })], {
      env: { TZ: zoneOfProcess },
      encoding: 'utf8',
    });
    const { ownZone, edges: found } = JSON.parse(printed) as { ownZone: string; edges: string[] };
    expect(ownZone).toBe(zoneOfProcess);
    expect(found).toEqual(transitions(schedule, at(from), at(to)).map(written));
    expect(found.slice(0, 2)).toEqual(['close 2026-03-01T15:00Z', 'open 2026-03-01T23:00Z']);
  },
);
