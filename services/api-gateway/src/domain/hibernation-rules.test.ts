import { describe, expect, test } from 'vitest';
import {
  admissionOf,
  type Change,
  errorsOf,
  faultsOf,
  g4dn,
  huge,
  judge,
  otherTypes,
  typeWith,
  xlarge,
} from '../../test/example-admission.ts';

describe('hibernation', () => {
  const asked = { hibernation: true };

  test.each<[string, Change, string[]]>([
    ['a type that can', { request: asked }, []],
    [
      'a type that cannot',
      { request: asked, facts: { instanceType: g4dn } },
      ['hibernation-type-unsupported /instanceType'],
    ],
    ['a type that cannot, of a desktop that need not', { facts: { instanceType: g4dn } }, []],
    [
      'Linux with just less than 150 GiB',
      {
        request: asked,
        stack: { maxRootVolumeGiB: 500 },
        facts: { instanceType: typeWith({ memoryMiB: 150 * 1024 - 1 }) },
      },
      [],
    ],
    [
      'Linux with 150 GiB',
      {
        request: asked,
        stack: { maxRootVolumeGiB: 500 },
        facts: { instanceType: typeWith({ memoryMiB: 150 * 1024 }) },
      },
      ['hibernation-memory-too-large /instanceType'],
    ],
    [
      'Windows with 16 GiB',
      { request: asked, stack: { os: 'windows' }, facts: { instanceType: xlarge } },
      [],
    ],
    [
      'Windows with more',
      { request: asked, stack: { os: 'windows' }, facts: { instanceType: typeWith({ memoryMiB: 16_385 }) } },
      ['hibernation-memory-too-large /instanceType'],
    ],
    [
      'both at once',
      {
        request: asked,
        facts: { instanceType: typeWith({ memoryMiB: 262_144, hibernationSupported: false }) },
      },
      ['hibernation-type-unsupported /instanceType', 'hibernation-memory-too-large /instanceType'],
    ],
    ['a root volume with just enough room', { request: { ...asked, rootVolumeGiB: 38 } }, []],
    [
      'a root volume with too little room',
      { request: { ...asked, rootVolumeGiB: 37 } },
      ['root-volume-too-small-to-hibernate /rootVolumeGiB'],
    ],
    [
      'memory that the profile leaves no room for',
      { request: asked, facts: { instanceType: typeWith({ memoryMiB: 71 * 1024 }) } },
      ['root-volume-too-small-to-hibernate /instanceType'],
    ],
  ])('%s', (_what, change, faults) => {
    expect(faultsOf(judge(change))).toEqual(faults);
  });

  test('raises a root volume that nobody named to system and memory', () => {
    expect(admissionOf({ request: asked })).toMatchObject({ hibernation: true, rootVolumeGiB: 38 });
    const half = typeWith({ memoryMiB: 4608 });
    expect(admissionOf({ request: asked, facts: { instanceType: half } }).rootVolumeGiB).toBe(35);
    expect(admissionOf({})).toMatchObject({ hibernation: false, rootVolumeGiB: 30 });
  });

  test.each<[string, Change, string]>([
    [
      'the nearest type',
      { request: asked, facts: { instanceType: g4dn } },
      'EC2 does not hibernate g4dn.xlarge. Choose another type, or leave hibernation out. The nearest that fits is m7i.xlarge.',
    ],
    [
      'the nearest type and the root volume that it needs',
      { request: { ...asked, rootVolumeGiB: 40 }, facts: { instanceType: g4dn } },
      'The nearest that fits is m7i.xlarge, with a root volume of at least 46 GiB.',
    ],
    [
      'the rule of Linux',
      { request: asked, facts: { instanceType: huge } },
      'EC2 hibernates Linux desktops with less than 150 GiB of memory; m7i.16xlarge has 256 GiB.',
    ],
    [
      'the rule of Windows',
      { request: asked, stack: { os: 'windows' }, facts: { instanceType: huge } },
      'at most 16 GiB of memory; m7i.16xlarge has 256 GiB. Choose another type, or leave hibernation out. The nearest that fits is m7i.xlarge.',
    ],
    [
      'the sum',
      { request: { ...asked, rootVolumeGiB: 20 } },
      'the root volume needs 38 GiB (30 for the system and 8 for its memory). Ask for at least 38 GiB, or leave rootVolumeGiB out.',
    ],
    [
      'that the profile forbids it',
      {
        request: { ...asked, rootVolumeGiB: 90 },
        facts: { instanceType: typeWith({ memoryMiB: 71 * 1024 }) },
      },
      'needs 101 GiB (30 for the system and 71 for its memory); this software stack allows at most 100 GiB.',
    ],
    [
      'that nothing fits',
      { request: asked, stack: { allowedInstanceTypes: ['g4dn.*'] }, facts: { instanceType: g4dn } },
      'No type that is offered fits.',
    ],
  ])('a refusal names %s', (_what, change, sentence) => {
    const [error] = errorsOf(judge(change));
    expect(error?.detail).toContain(sentence);
  });

  test('the list of types is asked for only when it would help', () => {
    const wants = (change: Change) => {
      const verdict = judge({ ...change, facts: { otherTypes: null, ...change.facts } });
      return verdict.admitted ? null : verdict.wantsOtherTypes;
    };
    expect(wants({ request: asked, facts: { instanceType: g4dn } })).toBe(true);
    expect(wants({ facts: { nameTaken: true } })).toBe(false);
    expect(wants({ request: asked, facts: { instanceType: g4dn, otherTypes } })).toBe(false);
  });
});
