import { describe, expect, test } from 'vitest';
import {
  type InstanceTypeFacts,
  type InstanceTypeNeeds,
  isHidden,
  matchesPattern,
  whyNotOn,
} from './instance-type-rules.ts';

const type: InstanceTypeFacts = {
  name: 'm7i.large',
  vcpus: 2,
  memoryMiB: 8192,
  gpu: null,
  architectures: ['x86_64'],
  hibernationSupported: true,
  zones: ['a', 'b'],
};
const needs: InstanceTypeNeeds = {
  os: 'linux',
  allowedInstanceTypes: ['*'],
  architecture: 'x86_64',
  minMemoryGiB: 4,
  minRootVolumeGiB: 30,
  maxRootVolumeGiB: 200,
  requiresGpu: false,
  hiddenTypes: [],
  requireHibernation: false,
};
const gpu = { name: 'T4', manufacturer: 'NVIDIA', count: 1, memoryMiB: 16_384 };

test.each<[string, Partial<InstanceTypeFacts>, Partial<InstanceTypeNeeds>, RegExp | null]>([
  ['what fits', {}, {}, null],
  ['none of the patterns', {}, { allowedInstanceTypes: ['c7i.*', 'r7i.*'] }, /Offered: c7i\.\*, r7i\.\*/],
  ['a hidden family', {}, { hiddenTypes: ['metal', 'm7i'] }, /hides the types metal, m7i/],
  ['another architecture', {}, { architecture: 'arm64' }, /x86_64 processors.*needs arm64/],
  ['too little memory', {}, { minMemoryGiB: 8.5 }, /8 GiB of memory.*at least 8.5 GiB/],
  ['just enough memory', {}, { minMemoryGiB: 8 }, null],
  ['no GPU where one is needed', {}, { requiresGpu: true }, /no GPU/],
  ['a GPU where one is needed', { gpu }, { requiresGpu: true }, null],
  ['a GPU where none is needed', { gpu }, {}, null],
  ['a type that cannot hibernate, where it need not', { hibernationSupported: false }, {}, null],
  [
    'a type that cannot hibernate, where it must',
    { hibernationSupported: false },
    { requireHibernation: true },
    /does not hibernate m7i\.large/,
  ],
  ['a type that can hibernate, where it must', {}, { requireHibernation: true }, null],
  ['149 GiB of Linux', { memoryMiB: 149 * 1024 }, { requireHibernation: true }, null],
  ['150 GiB of Linux', { memoryMiB: 150 * 1024 }, { requireHibernation: true }, /less than 150 GiB/],
  ['16 GiB of Windows', { memoryMiB: 16_384 }, { requireHibernation: true, os: 'windows' }, null],
  ['32 GiB of Windows', { memoryMiB: 32_768 }, { requireHibernation: true, os: 'windows' }, /at most 16 GiB/],
  [
    'a root volume with no room for the memory',
    { memoryMiB: 65_536 },
    { requireHibernation: true, maxRootVolumeGiB: 93 },
    /needs 94 GiB.*at most 93 GiB/,
  ],
  [
    'a root volume with just enough room',
    { memoryMiB: 65_536 },
    { requireHibernation: true, maxRootVolumeGiB: 94 },
    null,
  ],
  ['one of the zones', {}, { zones: ['b', 'c'] }, null],
  ['none of the zones', {}, { zones: ['c', 'd'] }, /does not offer m7i\.large in c, d/],
  ['zones that are not known', { zones: [] }, { zones: ['c'] }, null],
])('%s', (_what, typeChange, needsChange, expected) => {
  const why = whyNotOn({ ...type, ...typeChange }, { ...needs, ...needsChange });
  if (expected === null) expect(why).toBeNull();
  else expect(why).toMatch(expected);
});

describe('DCV_BLACKLIST_INSTANCE_TYPE', () => {
  test.each([
    ['m7i.large', false],
    ['m7i.metal-24xl', true],
    ['m5.metal', true],
    ['t3.nano', true],
    ['t3.micro', true],
    ['t3.medium', false],
    ['p3.2xlarge', true],
    ['p3dn.24xlarge', true],
    ['p2.xlarge', true],
    ['p4d.24xlarge', false],
    ['p5.48xlarge', false],
    ['g4dn.xlarge', false],
    ['mac2.metal', true],
    // The prefix counts from the start of the family or of the size, nowhere else.
    ['x2p3.large', false],
  ])('as it is by default: %s hidden is %s', (name, hidden) => {
    expect(isHidden(name, ['metal', 'nano', 'micro', 'p3', 'p2'])).toBe(hidden);
  });

  test('may name a whole type, and hides nothing when it is empty', () => {
    expect([isHidden('m5.large', ['m5.large']), isHidden('m5.xlarge', ['m5.large'])]).toEqual([true, false]);
    expect(isHidden('m5.metal', [])).toBe(false);
  });
});

test.each([
  ['m7i.large', 'm7i.*', true],
  ['m7i-flex.large', 'm7i.*', false],
  ['m7i.large', 'm7?.large', true],
  ['m7ixlarge', 'm7i.large', false],
  ['xm7i.large', 'm7i.*', false],
  ['anything.large', '*', true],
  ['m7i.large', '*.la*e', true],
  ['m7i.large', '*.la*x', false],
  ['m7i.large', 'm7i.large*', true],
  ['m7i.large', 'm7i.large?', false],
  ['m7i.large', 'm7i', false],
  ['a'.repeat(60), `${'*a'.repeat(30)}*b`, false],
])('%s matches %s: %s', (name, pattern, matches) => {
  expect(matchesPattern(name, pattern)).toBe(matches);
});
