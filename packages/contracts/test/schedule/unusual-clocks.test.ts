import { describe, expect, test } from 'vitest';
import { nextTransition, scheduledAt } from '../../src/index.ts';
import { custom, edges, run, scheduleOf, stop, written } from './short-schedule.ts';

describe('zones that are set at midnight', () => {
  test.each([
    ['America/Havana', '2026-03-08', '2026-03-08T05:00Z', '2026-03-09T04:00Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00Z', '2018-11-05T02:00Z'],
    ['America/Asuncion', '2023-10-01', '2023-10-01T04:00Z', '2023-10-02T03:00Z'],
    ['Asia/Beirut', '2024-03-31', '2024-03-30T22:00Z', '2024-03-31T21:00Z'],
  ])('%s: the day of spring begins at the jump, as 00:00 does not exist', (zone, date, start, end) => {
    const exceptionOf = (day: ReturnType<typeof custom>) =>
      scheduleOf(zone, stop, {}, [{ from: date, to: date, day }]);
    const found = (day: ReturnType<typeof custom>) =>
      edges(exceptionOf(day), '2018-01-01T00:00Z', '2026-12-31T00:00Z');
    expect(found(run)).toEqual([`open ${start}`, `close ${end}`]);
    expect(found(custom('00:00-24:00'))).toEqual([`open ${start}`, `close ${end}`]);
    expect(found(custom('00:10-00:50'))).toEqual([]);
    expect(found(custom('00:30-01:00'))).toEqual([]);
  });

  test.each([
    // The clock goes from 24:00 back to 23:00 of the day that ends.
    ['America/Sao_Paulo', '2019-02-16', '2019-02-16T02:00Z', '2019-02-17T03:00Z', '2019-02-17T03:00Z'],
    ['America/Asuncion', '2024-03-23', '2024-03-23T03:00Z', '2024-03-24T04:00Z', '2024-03-24T04:00Z'],
    ['Asia/Beirut', '2024-10-26', '2024-10-25T21:00Z', '2024-10-26T22:00Z', '2024-10-26T22:00Z'],
    // It goes from 01:00 back to 00:00 of the next day: the day ends at the first 00:00, a window at the second.
    ['America/Havana', '2026-10-31', '2026-10-31T04:00Z', '2026-11-01T04:00Z', '2026-11-01T05:00Z'],
  ])('%s: the end of the day in autumn', (zone, date, start, endOfDay, endOfWindow) => {
    const exceptionOf = (day: ReturnType<typeof custom>) =>
      scheduleOf(zone, stop, {}, [{ from: date, to: date, day }]);
    const found = (day: ReturnType<typeof custom>) =>
      edges(exceptionOf(day), '2018-01-01T00:00Z', '2026-12-31T00:00Z');
    expect(found(run)).toEqual([`open ${start}`, `close ${endOfDay}`]);
    expect(found(custom('00:00-24:00'))).toEqual([`open ${start}`, `close ${endOfWindow}`]);
  });
});

describe("St John's, set at 00:01 until 2011", () => {
  const zone = 'America/St_Johns';

  test('the minute of a new day before the clock went back to 23:01 belongs to the new day', () => {
    const around = (schedule: ReturnType<typeof scheduleOf>) =>
      edges(schedule, '2010-11-05T12:00Z', '2010-11-09T00:00Z');
    expect(around(scheduleOf(zone, stop, { saturday: run }))).toEqual([
      'open 2010-11-06T02:30Z',
      'close 2010-11-07T02:30Z',
    ]);
    expect(around(scheduleOf(zone, stop, { sunday: run }))).toEqual([
      'open 2010-11-07T02:30Z',
      'close 2010-11-08T03:30Z',
    ]);
    expect(around(scheduleOf(zone, stop, { saturday: custom('18:00-24:00') }))).toEqual([
      'open 2010-11-06T20:30Z',
      'close 2010-11-07T03:30Z',
    ]);
  });

  test('a window that ends late on a day that runs holds for the second pass of its end', () => {
    const schedule = scheduleOf(zone, stop, { friday: custom('23:45-23:30'), saturday: run });
    expect(edges(schedule, '2010-11-05T12:00Z', '2010-11-09T00:00Z')).toEqual([
      'open 2010-11-06T02:15Z',
      'close 2010-11-07T03:00Z',
    ]);
    expect(scheduledAt(schedule, new Date('2010-11-07T02:59Z'))).toBe(true);
  });

  test('of 00:00 to 00:30 in spring one minute is left', () => {
    const schedule = scheduleOf(zone, stop, { sunday: custom('00:00-00:30') });
    expect(edges(schedule, '2010-03-13T12:00Z', '2010-03-15T12:00Z')).toEqual([
      'open 2010-03-14T03:30Z',
      'close 2010-03-14T03:31Z',
    ]);
  });
});

describe('zones that set their clocks for good', () => {
  test('Istanbul stayed with its summer time in 2016', () => {
    const opens = ['2016-01-15', '2016-07-15', '2016-11-15', '2017-01-16'].map((date) => {
      const next = nextTransition(
        scheduleOf('Europe/Istanbul', custom('08:00-19:00')),
        new Date(`${date}T00:00Z`),
      );
      return next && written(next);
    });
    expect(opens).toEqual([
      'open 2016-01-15T06:00Z',
      'open 2016-07-15T05:00Z',
      'open 2016-11-15T05:00Z',
      'open 2017-01-16T05:00Z',
    ]);
  });

  test('Pyongyang went back from 24:00 to 23:30 on 2015-08-14', () => {
    expect(
      edges(
        scheduleOf('Asia/Pyongyang', custom('08:00-19:00', '22:00-24:00')),
        '2015-08-14T00:00Z',
        '2015-08-15T11:00Z',
      ),
    ).toEqual([
      'close 2015-08-14T10:00Z',
      'open 2015-08-14T13:00Z',
      'close 2015-08-14T15:30Z',
      'open 2015-08-14T23:30Z',
      'close 2015-08-15T10:30Z',
    ]);
  });

  test('Pyongyang went on from 23:30 to 24:00 on 2018-05-04', () => {
    const around = (...windows: string[]) =>
      edges(
        scheduleOf('Asia/Pyongyang', stop, { friday: custom(...windows) }),
        '2018-05-03T12:00Z',
        '2018-05-06T00:00Z',
      );
    expect(around('23:30-24:00')).toEqual([]);
    expect(around('23:00-23:45')).toEqual(['open 2018-05-04T14:30Z', 'close 2018-05-04T15:00Z']);
  });
});

test('Casablanca goes back an hour for Ramadan', () => {
  const schedule = scheduleOf('Africa/Casablanca', custom('08:00-19:00'));
  const opens = ['2026-02-14', '2026-02-16', '2026-03-21', '2026-03-23'].map((date) => {
    const next = nextTransition(schedule, new Date(`${date}T00:00Z`));
    return next && written(next);
  });
  expect(opens).toEqual([
    'open 2026-02-14T07:00Z',
    'open 2026-02-16T08:00Z',
    'open 2026-03-21T08:00Z',
    'open 2026-03-23T07:00Z',
  ]);
});

test('Recife had seven days of summer time in 2000', () => {
  const schedule = scheduleOf('America/Recife', custom('08:00-19:00'));
  const opens = ['2000-10-07', '2000-10-08', '2000-10-14', '2000-10-15'].map((date) => {
    const next = nextTransition(schedule, new Date(`${date}T00:00Z`));
    return next && written(next);
  });
  expect(opens).toEqual([
    'open 2000-10-07T11:00Z',
    'open 2000-10-08T10:00Z',
    'open 2000-10-14T10:00Z',
    'open 2000-10-15T11:00Z',
  ]);
});

test('Monrovia left an offset of 44 minutes and a half in 1972', () => {
  const schedule = scheduleOf('Africa/Monrovia', custom('08:00-19:00'));
  expect(edges(schedule, '1972-01-06T00:00Z', '1972-01-07T12:00Z')).toEqual([
    'open 1972-01-06T08:44:30.000Z',
    'close 1972-01-06T19:44:30.000Z',
    'open 1972-01-07T08:00Z',
  ]);
});
