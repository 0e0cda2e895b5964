import { expect, test } from 'vitest';
import { labelInstanceType } from './label-instance-type.ts';

const gpu = { name: 'A10G', manufacturer: 'NVIDIA', count: 4, memoryMiB: 98_304 };

test.each([
  [2, 8192, null, '2D - Small (2 vCPUs - 8 GB RAM)'],
  [1, 512, null, '2D - Small (1 vCPU - 0.5 GB RAM)'],
  [2, 16_384, null, '2D - Medium (2 vCPUs - 16 GB RAM)'],
  [8, 32_768, null, '2D - Large (8 vCPUs - 32 GB RAM)'],
  [16, 65_536, null, '2D - Extra large (16 vCPUs - 64 GB RAM)'],
  [48, 196_608, gpu, '3D - Huge (GPU 4 × NVIDIA A10G - 48 vCPUs - 192 GB RAM)'],
])('%i vCPUs and %i MiB', (vcpus, memoryMiB, gpu, label) => {
  expect(labelInstanceType({ vcpus, memoryMiB, gpu })).toBe(label);
});
