import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTellable } from '../../domain/tellable-name.ts';
import { no, yes } from './authenticator-answer.ts';

/** Any code point, halves of surrogate pairs among them. */
const anyCharacter = fc.nat({ max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code));

describe('answers to a DCV server', () => {
  test('have the form that the DCV Administrator Guide gives', () => {
    expect(yes('alice')).toBe('<auth result="yes"><username>alice</username></auth>');
    expect(no).toMatch(/^<auth result="no"><message>[^<>&]+<\/message><\/auth>$/);
  });

  test('a name with markup stays a name', () => {
    expect(yes(`a<b>&"'`)).toBe('<auth result="yes"><username>a&lt;b&gt;&amp;&quot;&apos;</username></auth>');
  });

  test('whatever name is tellable is read back as it was by one that undoes the escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, minLength: 1 }), (name) => {
        fc.pre(isTellable(name));
        const inner = /^<auth result="yes"><username>([^<>]*)<\/username><\/auth>$/.exec(yes(name))?.[1];
        expect(
          inner?.replace(/&(lt|gt|amp|quot|apos);/g, (_, entity: string) => characterOf[entity] ?? ''),
        ).toBe(name);
      }),
    );
  });

  test.each(['', 'a\u0000', 'a\n', '\u001b[0m', 'a\u007f', 'a\u0085', 'a\u2028', '\ud800', 'a\uffff'])(
    'the name %j is not tellable',
    (name) => {
      expect(isTellable(name)).toBe(false);
    },
  );

  test.each(['alice', 'NETBIOS\\alice', 'alice@example.org', 'Zoë', '张伟', '😀'])(
    'the name %j is tellable',
    (name) => {
      expect(isTellable(name)).toBe(true);
    },
  );
});

const characterOf: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
