import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nextTransition } from '../../src/index.ts';
import { custom, scheduleOf } from './short-schedule.ts';

/** How often the time zone database was asked. */
let asked = { zones: 0, offsets: 0 };

beforeEach(() => {
  asked = { zones: 0, offsets: 0 };
  const { DateTimeFormat } = Intl;
  vi.spyOn(Intl, 'DateTimeFormat').mockImplementation(function counting(...options) {
    asked.zones++;
    const format = new DateTimeFormat(...options);
    const original = format.format;
    const counted = (instant: number) => {
      asked.offsets++;
      return original(instant);
    };
    Object.defineProperty(format, 'format', { value: counted });
    return format;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

function ask(zone: string, year: number): number {
  const before = asked.zones + asked.offsets;
  nextTransition(scheduleOf(zone, custom('08:00-19:00')), new Date(Date.UTC(year, 5, 10)));
  return asked.zones + asked.offsets - before;
}

/** The first of the 4,096 names of one zone: the case of letters does not matter. */
function spellings(count: number): string[] {
  return Array.from({ length: count }, (_, number) => {
    const letters = [...'europemadrid'].map((letter, index) =>
      (number >> index) & 1 ? letter.toUpperCase() : letter,
    );
    return `${letters.slice(0, 6).join('')}/${letters.slice(6).join('')}`;
  });
}

test('what was read of a zone is not read again', () => {
  expect(ask('Europe/Vienna', 2026)).toBeGreaterThan(0);
  expect(ask('Europe/Vienna', 2026)).toBe(0);
});

test('whoever asks for one zone in all its spellings fills no memory: what is kept has a bound', () => {
  ask('europe/madrid', 2026);
  for (const name of spellings(701)) ask(name, 2026);
  // Forgotten meanwhile.
  expect(ask('europe/madrid', 2026)).toBeGreaterThan(0);
});

test('whoever asks for all years of a zone fills no memory: what is kept has a bound', () => {
  ask('Europe/Rome', 2026);
  for (let year = 2027; year < 2127; year++) ask('Europe/Rome', year);
  expect(ask('Europe/Rome', 2026)).toBeGreaterThan(0);
});
