import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { dcvSessionIdOf, SessionNameSchema } from '../src/index.ts';

/** Any code point, halves of surrogate pairs among them. */
const anyCharacter = fc.nat({ max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code));

const validator = Compile(SessionNameSchema);
const isName = (name: unknown): boolean => validator.Check(name);

describe('session names', () => {
  test.each(['a', 'CFD workstation', 'node_1.2-b', '.', '-', 'a  b', 'x'.repeat(64)])(
    '%j is a name',
    (name) => {
      expect(isName(name)).toBe(true);
    },
  );

  test.each([
    ['empty', ''],
    ['a space only', ' '],
    ['a space at the start', ' a'],
    ['a space at the end', 'a '],
    ['a line break at the end', 'a\n'],
    ['a line break inside', 'a\nb'],
    ['a tab', 'a\tb'],
    ['a no-break space', 'a\u00a0b'],
    ['a zero-width space', 'a\u200bb'],
    ['text that turns direction', 'a\u202eb'],
    ['letters of another script that look the same', 'c\u0430e'],
    ['XML', 'a<b'],
    ['a shell substitution', '$(id)'],
    ['a quote', "a'b"],
    ['a path', 'a/b'],
    ['65 characters', 'x'.repeat(65)],
    ['not text', 7],
    ['nothing', null],
  ])('%s is no name', (_why, name) => {
    expect(isName(name)).toBe(false);
  });

  test('a name has only characters that mean nothing to a shell, XML or a connection file', () => {
    const nearNames = fc.string({
      unit: fc.constantFrom(...'aZ09 -_.\n\t\r\0\u007f<>&\'"$`\\;=[]é'),
      maxLength: 70,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: anyCharacter }), nearNames), (text) => {
        const simple = [...text].every((one) => /^[A-Za-z0-9 _.-]$/.test(one));
        const expected = simple && text.length >= 1 && text.length <= 64 && text.trim() === text;
        expect(isName(text)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('a Windows host knows its one DCV session as console, a Linux host by the id of the session', () => {
  expect(dcvSessionIdOf('0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10', 'windows')).toBe('console');
  expect(dcvSessionIdOf('0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10', 'linux')).toBe(
    '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10',
  );
});
