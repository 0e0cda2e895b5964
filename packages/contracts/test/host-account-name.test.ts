import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostAccountName } from '../src/index.ts';

const onLinux = (name: string) => hostAccountName(name, { os: 'linux', hostAccounts: 'local' });
const onWindows = (name: string) => hostAccountName(name, { os: 'windows', hostAccounts: 'local' });

describe('the name of a local account', () => {
  test.each(['alice', 'Alice', 'first.last', '_svc-1', 'a'.repeat(32)])(
    '%s stays as it is on Linux',
    (name) => {
      expect(onLinux(name)).toBe(name);
    },
  );

  test('an e-mail address becomes its local part and a digest, the same every time', () => {
    expect(onLinux('alice@example.com')).toMatch(/^alice--[0-9a-v]{12}$/);
    expect(onLinux('alice@example.com')).toBe(onLinux('alice@example.com'));
    expect(onLinux('alice@example.com')).not.toBe(onLinux('alice@example.org'));
  });

  test.each(['root', 'ubuntu', 'ec2-user', 'Root', 'dcv'])(
    'nobody becomes the account %s of the image',
    (name) => {
      expect(onLinux(name).toLowerCase()).not.toBe(name.toLowerCase());
      expect(onLinux(name)).toMatch(/--[0-9a-v]{12}$/);
    },
  );

  test('nobody becomes the Administrator of a Windows host', () => {
    expect(onWindows('Administrator')).toMatch(/^admini--[0-9a-v]{12}$/);
  });

  test('a name that looks like a changed one is changed itself, so that nobody can choose the name of another', () => {
    const name = onLinux('alice@example.com');
    expect(onLinux(name)).not.toBe(name);
  });

  test('whatever the user is called, the name is one that useradd and Windows take', () => {
    const names = fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress(), fc.string());
    fc.assert(
      fc.property(names, (name) => {
        expect(onLinux(name)).toMatch(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/);
        expect(onWindows(name)).toMatch(/^[A-Za-z0-9_.-]{1,20}$/);
      }),
    );
  });

  test('two users never share an account', () => {
    const names = fc.uniqueArray(fc.oneof(fc.emailAddress(), fc.string({ unit: 'grapheme' })), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(names, (all) => {
        expect(new Set(all.map(onLinux)).size).toBe(all.length);
        expect(new Set(all.map(onWindows)).size).toBe(all.length);
      }),
    );
  });
});

test('a directory knows its users by the names they have', () => {
  const name = 'EXAMPLE\\alice@example.com';
  expect(hostAccountName(name, { os: 'linux', hostAccounts: 'directory' })).toBe(name);
});
