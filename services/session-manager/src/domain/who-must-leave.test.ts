import { expect, test } from 'vitest';
import { whoMustLeave } from './who-must-leave.ts';

const leaving = (users: string[], isDisabled = false) =>
  whoMustLeave(
    users.map((user) => ({ user })),
    { owner: { name: 'CORP\\alice', isDisabled } },
    { guests: ['CORP\\bob'] },
  ).map(({ user }) => user);

test('whoever is neither the owner nor a guest must leave, however their names are written', () => {
  expect(leaving(['alice', 'CORP\\Alice', 'corp\\BOB', 'bob', 'carol', 'CORP\\carol', ''])).toEqual([
    'carol',
    'CORP\\carol',
    '',
  ]);
});

test('an owner who is disabled must leave, and guests stay', () => {
  expect(leaving(['alice', 'bob', 'CORP\\alice'], true)).toEqual(['alice', 'CORP\\alice']);
});
