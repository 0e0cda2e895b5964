import { expect, test } from 'vitest';
import { nextChange } from './scheduling-spec.ts';

const at = (milliseconds: number) => new Date(1_700_000_000_000 + milliseconds);

test.each([
  ['later', at(0), at(5), at(5)],
  ['in the same millisecond', at(5), at(5), at(6)],
  ['after the clock was set back', at(5), at(0), at(6)],
])('a change %s has another time than the one before', (_what, before, now, expected) => {
  expect(nextChange(before, now)).toEqual(expected);
});
