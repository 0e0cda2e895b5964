import { expect, test } from 'vitest';
import { judgeResize, type ResizeFacts } from './judge-resize.ts';

const type: NonNullable<ResizeFacts['type']> = {
  name: 'm7i.xlarge',
  vcpus: 4,
  memoryMiB: 16_384,
  gpu: null,
  architectures: ['x86_64'],
  hibernationSupported: true,
  zones: ['a'],
};
const offer = { hiddenTypes: ['metal'], requireHibernation: false };
const facts: ResizeFacts = {
  needs: {
    os: 'linux',
    allowedInstanceTypes: ['m7i.*'],
    architecture: 'x86_64',
    minMemoryGiB: 4,
    minRootVolumeGiB: 30,
    maxRootVolumeGiB: 100,
    requiresGpu: false,
  },
  type,
  zone: 'a',
};

test.each<[string, Partial<ResizeFacts>, string | null]>([
  ['a type that fits', {}, null],
  ['a type that there is not', { type: null }, 'unknown-instance-type'],
  ['another architecture', { type: { ...type, architectures: ['arm64'] } }, 'instance-type-not-allowed'],
  [
    'a type that the profile does not offer',
    { type: { ...type, name: 'c7i.xlarge' } },
    'instance-type-not-allowed',
  ],
  [
    'a type that the deployment hides',
    { type: { ...type, name: 'm7i.metal-24xl' } },
    'instance-type-not-allowed',
  ],
  ['too little memory', { type: { ...type, memoryMiB: 2048 } }, 'instance-type-not-allowed'],
  ['a type that the zone does not offer', { zone: 'b' }, 'instance-type-not-in-zone'],
  ['a zone that is not known', { zone: null }, null],
  ['a type whose zones are not known', { type: { ...type, zones: [] }, zone: 'b' }, null],
])('%s', (_what, change, code) => {
  const refusal = judgeResize({ from: 'm7i.large', to: type.name }, { ...facts, ...change }, offer);
  expect(refusal?.code ?? null).toBe(code);
  expect(refusal?.errors?.[0]?.pointer).toBe(code === null ? undefined : '/instanceType');
});

test('the type that the desktop has is no other one, also when it is not offered any more', () => {
  const refusal = judgeResize({ from: type.name, to: type.name }, { ...facts, type: null }, offer);
  expect(refusal?.code).toBe('same-instance-type');
});
