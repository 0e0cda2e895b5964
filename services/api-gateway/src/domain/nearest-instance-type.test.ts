import { expect, test } from 'vitest';
import { nearestInstanceType } from './nearest-instance-type.ts';

const gpu = { name: 'T4', manufacturer: 'NVIDIA', count: 1, memoryMiB: 16_384 };
const type = (name: string, vcpus: number, memoryGiB: number, hasGpu = false) => ({
  name,
  vcpus,
  memoryMiB: memoryGiB * 1024,
  gpu: hasGpu ? gpu : null,
  architectures: ['x86_64'],
  hibernationSupported: true,
  zones: [],
});
const types = [
  type('m7i.large', 2, 8),
  type('m7i.xlarge', 4, 16),
  type('m6i.xlarge', 4, 16),
  type('c7i.xlarge', 4, 8),
  type('r7i.xlarge', 4, 32),
  type('m7i.4xlarge', 16, 64),
  type('g4dn.xlarge', 4, 16, true),
];

test.each([
  ['the same size', type('m7a.xlarge', 4, 16), 'm6i.xlarge'],
  ['the same family among equals', type('m7i.flex', 4, 16), 'm7i.xlarge'],
  ['the larger among equally far ones', type('m7a.odd', 4, 16 * Math.SQRT2), 'r7i.xlarge'],
  ['the largest for one that is larger than all', type('m7i.metal', 128, 512), 'm7i.4xlarge'],
  ['the smallest for one that is smaller than all', type('t3.nano', 2, 0.5), 'm7i.large'],
  ['one with a GPU for one with a GPU', type('g5.2xlarge', 8, 32, true), 'g4dn.xlarge'],
])('%s', (_what, wanted, name) => {
  expect(nearestInstanceType(wanted, types, () => true)?.name).toBe(name);
});

test('only what fits', () => {
  const wanted = type('g5.xlarge', 4, 16, true);
  expect(nearestInstanceType(wanted, types, ({ gpu }) => gpu === null)?.name).toBe('m6i.xlarge');
  expect(nearestInstanceType(wanted, types, () => false)).toBeNull();
});
