import { IANAZone } from 'luxon';
import { describe, expect, test } from 'vitest';
import { isTimeZone, nearestTimeZones } from '../src/index.ts';

describe('a time zone is', () => {
  test('each that this runtime names', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((name) => !isTimeZone(name))).toEqual([]);
  });

  test.each([
    'UTC',
    'Etc/UTC',
    'Etc/GMT+3',
    'GMT',
    'US/Pacific',
    'Asia/Calcutta',
    'Asia/Kolkata',
    'Europe/Kiev',
    'Europe/Kyiv',
    'America/Argentina/Buenos_Aires',
    'America/Indiana/Indianapolis',
    'Antarctica/DumontDUrville',
    'EST5EDT',
    'NZ-CHAT',
  ])('%s, one that luxon knows too', (name) => {
    expect([isTimeZone(name), IANAZone.isValidZone(name)]).toEqual([true, true]);
  });
});

test.each([
  ['nothing', ''],
  ['an offset', '+02:00'],
  ['an offset without minutes', '-08'],
  ['an abbreviation that is India’s, Israel’s or Ireland’s', 'IST'],
  ['an abbreviation that the database does not have', 'PST'],
  ['another letter case', 'europe/paris'],
  ['another letter case of a link', 'us/pacific'],
  ['a city', 'Paris'],
  ['a zone that is none', 'Mars/Olympus_Mons'],
  ['a file of the database', 'localtime'],
  ['a path out of it', '../../etc/passwd'],
  ['a space behind it', 'Europe/Paris '],
  ['what every object has', 'constructor'],
])('%s is no time zone', (_what, name) => {
  expect(isTimeZone(name)).toBe(false);
});

describe('the nearest zones', () => {
  test.each([
    ['a letter too many', 'Europe/Pariss', 'Europe/Paris'],
    ['another letter case', 'europe/PARIS', 'Europe/Paris'],
    ['the city alone', 'Tokyo', 'Asia/Tokyo'],
    ['a space in it', 'America/New York', 'America/New_York'],
    ['a link', 'US/Pacfic', 'US/Pacific'],
    ['another spelling of the continent', 'Amerika/Chicago', 'America/Chicago'],
  ])('%s', (_what, text, expected) => {
    expect(nearestTimeZones(text)[0]).toBe(expected);
  });

  test('are at most three, each one a zone', () => {
    const nearest = nearestTimeZones('Europe/Wien');
    expect(nearest.length).toBeGreaterThan(0);
    expect(nearest.length).toBeLessThanOrEqual(3);
    expect(nearest.filter((name) => !isTimeZone(name))).toEqual([]);
  });

  test.each(['+02:00', '', 'x', 'Q'.repeat(64)])('are none of %s, which is like none', (text) => {
    expect(nearestTimeZones(text)).toEqual([]);
  });
});
