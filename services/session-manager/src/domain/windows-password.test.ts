import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawWindowsPassword, isAcceptedByWindows } from './windows-password.ts';

/** Chance that a test can repeat: a linear congruential generator (Numerical Recipes). */
function seeded(seed: number) {
  let state = seed >>> 0;
  return (bound: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

describe('a drawn password', () => {
  test('is long, of four classes, free of what is misread or means something to a shell, and without the name', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom('alice', 'bob', 'jane.doe', 'x'), (seed, account) => {
        const password = drawWindowsPassword(seeded(seed), account);
        expect(password).toMatch(/^[A-HJ-NP-Za-km-np-z2-9#*+\-=?@]{28}$/);
        for (const oneOf of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(password).toMatch(oneOf);
        expect(isAcceptedByWindows(password, account)).toBe(true);
      }),
    );
  });

  test('is drawn again when a class is missing: any other correction would prefer some passwords', () => {
    const allLetters = Array.from({ length: 28 }, () => 0);
    const good = [0, 24, 48, 56, ...Array.from({ length: 24 }, () => 1)];
    const script = [...allLetters, ...good];
    expect(drawWindowsPassword(() => script.shift() ?? 0, 'alice')).toBe(`Aa2#${'B'.repeat(24)}`);
    expect(script).toEqual([]);
  });

  test('uses every character about equally often', () => {
    const pick = seeded(7);
    const counts = new Map<string, number>();
    for (let i = 0; i < 2_000; i++) {
      for (const character of drawWindowsPassword(pick, 'alice')) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    expect(counts.size).toBe(63);
    // Drawing again favours the two small classes a little: 2 to 5 % (1/(1-(56/63)^28) and so on).
    const expected = (2_000 * 28) / 63;
    for (const count of counts.values()) expect(Math.abs(count / expected - 1)).toBeLessThan(0.15);
  });

  test('does not come from a broken source of chance', () => {
    expect(() => drawWindowsPassword(() => 0, 'alice')).toThrow(/source of chance is broken/);
  });
});

describe('Windows', () => {
  test.each([
    ['aB3#aB3#bobx', 'bob', false],
    ['aB3#aB3#BoBx', 'bob', false],
    ['aB3#aB3#doex', 'jane.doe', false],
    ['aB3#aB3#jox', 'jo', true],
    ['aB3#aB3#', 'alice', true],
    ['aB3aB3', 'alice', false],
    ['aB##aB', 'alice', false],
    ['ab3#ab', 'alice', false],
    ['AB3#AB', 'alice', false],
  ])('asked about %s for %s says %s', (password, account, accepted) => {
    expect(isAcceptedByWindows(password, account)).toBe(accepted);
  });
});
