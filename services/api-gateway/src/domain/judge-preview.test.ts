import { expect, test } from 'vitest';
import { previewFaults } from './judge-preview.ts';

test.each([
  ['a week', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z', []],
  ['nothing', '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z', []],
  ['400 days', '2026-01-01T00:00:00Z', '2027-02-05T00:00:00Z', []],
  ['a moment more', '2026-01-01T00:00:00Z', '2027-02-05T00:00:00.001Z', ['preview-too-long /to']],
  ['a millennium', '2026-01-01T00:00:00Z', '3026-01-01T00:00:00Z', ['preview-too-long /to']],
  [
    'a time that runs backwards',
    '2026-11-30T00:00:00Z',
    '2026-11-23T00:00:00Z',
    ['preview-out-of-range /to'],
  ],
  ['the last year', '9999-01-01T00:00:00Z', '9999-12-31T23:59:59Z', []],
  ['a time before 1970', '1969-12-31T23:59:59Z', '1970-01-02T00:00:00Z', ['preview-out-of-range /from']],
  ['a time after 9999', '9999-12-01T00:00:00Z', '+010000-01-01T00:00:00Z', ['preview-out-of-range /to']],
  [
    'year 0',
    '0000-01-01T00:00:00Z',
    '0000-01-02T00:00:00Z',
    ['preview-out-of-range /from', 'preview-out-of-range /to'],
  ],
  [
    'a leap second, which no clock here has',
    '2016-12-31T23:59:60Z',
    '2017-01-01T00:00:00Z',
    ['preview-out-of-range /from'],
  ],
])('a preview of %s', (_what, from, to, expected) => {
  const faults = previewFaults({ from: new Date(from), to: new Date(to) });
  expect(faults.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(expected);
});
