import { dcvFeatures, isPermissionActor, standardPermissionSets } from '@deskfleet/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Permissions, permissionFileOf } from './permission-file.ts';

const alice = { name: 'alice', isDisabled: false };
const plain: Permissions = { owner: alice, guests: [], allowFileDownload: true };
const bob = { name: 'bob', features: ['pointer', 'display', 'audio-out'] };
const carol = { name: 'CORP\\carol', features: ['builtin'] };

describe('the permission file', () => {
  test('of a desktop that is not shared lets in its owner alone', () => {
    expect(permissionFileOf(plain).text).toBe('[permissions]\n%owner% allow builtin\n');
  });

  test('has a rule for each guest, and takes away last what nobody may', () => {
    const file = permissionFileOf({ ...plain, guests: [bob, carol], allowFileDownload: false });
    expect(file).toEqual({
      text: `[permissions]
%owner% allow builtin
CORP\\carol allow builtin
bob allow audio-out display pointer
bob deny unsupervised-access
%any% deny file-download
`,
      guests: ['CORP\\carol', 'bob'],
      leftOut: [],
    });
  });

  test('is the same in whatever order people and features come', () => {
    const turned = [carol, { ...bob, features: bob.features.toReversed() }];
    expect(permissionFileOf({ ...plain, guests: turned })).toEqual(
      permissionFileOf({ ...plain, guests: [bob, carol] }),
    );
  });

  test('keeps an owner out who is disabled, and guests in', () => {
    const { text } = permissionFileOf({ ...plain, owner: { ...alice, isDisabled: true }, guests: [bob] });
    expect(text).toContain('%owner% deny builtin\nbob allow ');
    expect(text).not.toContain('%owner% allow');
  });

  test.each([
    ['that a rule cannot name', 'b ob'],
    ['that would be a group', 'osgroup:users'],
    ['that is everybody', '%any%'],
    ['that is the owner in other letters', 'CORP\\Alice'],
  ])('leaves out a guest %s, and says so', (_, name) => {
    const file = permissionFileOf({ ...plain, guests: [{ ...bob, name }, bob] });
    expect(file).toMatchObject({ guests: ['bob'], leftOut: [name] });
    expect(file.text).toBe(permissionFileOf({ ...plain, guests: [bob] }).text);
  });

  test('leaves out a guest who may do nothing', () => {
    const file = permissionFileOf({ ...plain, guests: [{ name: 'bob', features: ['no-such'] }] });
    expect(file).toMatchObject({ guests: [], leftOut: ['bob'] });
  });

  test('lets a guest in alone only with the feature for it', () => {
    for (const { name, features } of standardPermissionSets) {
      const { text } = permissionFileOf({ ...plain, guests: [{ name: 'bob', features }] });
      expect(text.includes('bob deny unsupervised-access'), name).toBe(name !== 'full');
    }
  });
});

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\r', '%', '[', ']', ':', '\\', '\u2028', '=') }),
  fc.constantFrom('%owner%', '%any%', 'alice', 'ALICE', 'x\n%any% allow builtin', 'osgroup:x', 'bob'),
);
const feature = fc.oneof(fc.constantFrom(...dcvFeatures), name);
const guest = fc.record({ name, features: fc.array(feature, { maxLength: 6 }) });

test('whatever people and features are called, every line is one of ours, and the guests are exactly those', () => {
  const anything = { guests: fc.array(guest, { maxLength: 8 }), owner: fc.constant(alice) };
  fc.assert(
    fc.property(fc.record({ ...anything, allowFileDownload: fc.boolean() }), (permissions) => {
      const file = permissionFileOf(permissions);
      const [head, ownerRule, ...rules] = file.text.split(/[\n\r\v\f\u0085\u2028\u2029]/);
      expect([head, ownerRule, rules.pop()]).toEqual(['[permissions]', '%owner% allow builtin', '']);
      if (!permissions.allowFileDownload) expect(rules.pop()).toBe('%any% deny file-download');
      const granted = new Map<string, string[]>();
      for (const rule of rules) {
        const [actor = '', kind, ...features] = rule.split(/\s+/u);
        expect(isPermissionActor(actor)).toBe(true);
        if (kind === 'deny') {
          expect([actor, features]).toEqual([[...granted.keys()].at(-1), ['unsupervised-access']]);
          continue;
        }
        expect([kind, granted.has(actor)]).toEqual(['allow', false]);
        granted.set(actor, features);
      }
      for (const [actor, features] of granted) {
        const wished = permissions.guests.filter((one) => one.name === actor).flatMap((one) => one.features);
        const known = dcvFeatures.filter((one) => wished.includes(one));
        expect(features).toEqual(known);
      }
      expect(file.guests).toEqual([...granted.keys()]);
      const named = new Set(permissions.guests.map((one) => one.name));
      expect(new Set([...file.guests, ...file.leftOut])).toEqual(named);
    }),
    { numRuns: 500 },
  );
});
