import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress } from './canonical-address.ts';

describe('canonicalAddress', () => {
  test.each([
    ['10.0.1.7', '10.0.1.7'],
    ['::ffff:10.0.1.7', '10.0.1.7'],
    ['::FFFF:0a00:0107', '10.0.1.7'],
    ['0:0:0:0:0:ffff:10.0.1.7', '10.0.1.7'],
    ['FD00:0:0:0::0001', 'fd00::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['10.0.1.07', null],
    ['10.0.1', null],
    ['10.0.1.7:443', null],
    ['host', null],
    ['unknown', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%s is %s', (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected);
  });

  test('is its own canonical form, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const once = canonicalAddress(text);
        if (once !== null) expect(canonicalAddress(once)).toBe(once);
      }),
    );
  });
});
