import { describe, expect, test } from 'vitest';
import { keptRunningUntil, overrideFaults, overridesAt, readOverrides } from './overrides.ts';

const now = new Date('2026-11-25T12:00:00Z');
const later = new Date('2026-11-25T15:00:00Z');

describe('overrides that are set', () => {
  const day = 86_400_000;
  test.each([
    ['ahead', '2026-11-25T12:00:00.001Z', true],
    ['in another offset', '2026-11-25T14:00:00+01:00', true],
    ['now', '2026-11-25T12:00:00Z', false],
    ['past', '2026-11-24T12:00:00Z', false],
    ['past by its offset', '2026-11-25T12:30:00+01:00', false],
    ['a year ahead', new Date(now.getTime() + 366 * day).toISOString(), true],
    ['more than that ahead', new Date(now.getTime() + 366 * day + 1).toISOString(), false],
    ['in the year 9999', '9999-12-31T23:59:59Z', false],
    ['a leap second, which no clock here has', '2026-12-31T23:59:60Z', false],
  ])('%s: %s', (_what, text, isFine) => {
    const wanted = readOverrides({ keepRunningUntil: text, pauseUntil: text });
    const pointers = overrideFaults(wanted, now).map(({ pointer }) => pointer);
    expect(pointers).toEqual(isFine ? [] : ['/keepRunningUntil', '/pauseUntil']);
  });

  test('are only those that a request names; null removes', () => {
    expect(readOverrides({})).toEqual({});
    expect(readOverrides({ pauseUntil: null })).toEqual({ pauseUntil: null });
    expect(overrideFaults({ pauseUntil: null, keepRunningUntil: later }, now)).toEqual([]);
  });
});

test('what has passed overrules nothing any more', () => {
  expect(overridesAt({ keepRunningUntil: now, pauseUntil: later }, now)).toEqual({
    keepRunningUntil: null,
    pauseUntil: later.toISOString(),
  });
});

test.each([
  ['nothing set', null, 60, '2026-11-25T13:00:00.000Z'],
  ['a shorter time set', new Date('2026-11-25T12:10:00Z'), 60, '2026-11-25T13:00:00.000Z'],
  ['a longer time set', later, 60, '2026-11-25T15:00:00.000Z'],
  ['a time that has passed', new Date('2026-11-24T12:00:00Z'), 1, '2026-11-25T12:01:00.000Z'],
])('a keep-alive never shortens: with %s', (_what, keepRunningUntil, minutes, expected) => {
  expect(keptRunningUntil({ keepRunningUntil, pauseUntil: null }, minutes, now).toISOString()).toBe(expected);
});
