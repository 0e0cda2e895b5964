import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dcvFeatures, dcvUserName, isPermissionActor, standardPermissionSets } from '../src/index.ts';

describe('names in DCV permission files', () => {
  test.each(['alice', 'alice--k3v9', 'CORP\\alice', 'alice@corp.example', 'André'])('%s', (name) => {
    expect(isPermissionActor(name)).toBe(true);
  });

  test.each([
    '',
    'alice smith',
    'alice\nbob',
    'alice\u0000',
    '%any%',
    '%owner%',
    'group:admins',
    'osgroup:wheel',
    '[permissions]',
    '#import',
    'a,b',
    'a=b',
    'a"b',
    '\u202eecila',
  ])('not %j', (name) => {
    expect(isPermissionActor(name)).toBe(false);
  });

  test('whatever a user is called: a local account can always be named', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'binary' }),
        fc.constantFrom('linux' as const, 'windows' as const),
        (user, os) => {
          const name = dcvUserName(user, { os, hostAccounts: 'local', windowsDomain: 'CORP' });
          expect(isPermissionActor(name)).toBe(true);
        },
      ),
    );
  });
});

describe('standard permission sets', () => {
  test('name features that DCV knows', () => {
    for (const { features } of standardPermissionSets) {
      expect(dcvFeatures).toEqual(expect.arrayContaining(features));
    }
  });
});

describe('what DCV servers call users', () => {
  test.each([
    ['alice', 'windows', 'directory', 'CORP', 'CORP\\alice'],
    ['CORP2\\alice', 'windows', 'directory', 'CORP', 'CORP2\\alice'],
    ['alice@corp.example', 'windows', 'directory', 'CORP', 'alice@corp.example'],
    ['alice', 'windows', 'directory', null, 'alice'],
    ['alice', 'windows', 'local', 'CORP', 'alice'],
    ['alice', 'linux', 'directory', 'CORP', 'alice'],
  ] as const)(
    '%s on %s with accounts of the kind %s in %s',
    (user, os, hostAccounts, windowsDomain, name) => {
      expect(dcvUserName(user, { os, hostAccounts, windowsDomain })).toBe(name);
    },
  );
});
