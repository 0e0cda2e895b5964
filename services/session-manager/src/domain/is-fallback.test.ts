import { expect, test } from 'vitest';
import { type FallbackFacts, type FallbackNeeds, isFallback } from './is-fallback.ts';

const wanted: FallbackFacts = {
  architectures: ['x86_64'],
  memoryMiB: 8192,
  hasGpu: false,
  hibernationSupported: true,
};
const needs: FallbackNeeds = { architecture: 'x86_64', minMemoryGiB: 4, hibernation: false };
const hibernating = { ...needs, hibernation: true };

test.each<[string, Partial<FallbackFacts>, FallbackNeeds, boolean]>([
  ['one like it', {}, needs, true],
  ['a larger one', { memoryMiB: 16_384 }, needs, true],
  ['one of another architecture', { architectures: ['arm64'] }, needs, false],
  ['one with less memory than the software stack needs', { memoryMiB: 2048 }, needs, false],
  ['one with a GPU for one without', { hasGpu: true }, needs, false],
  ['one that cannot hibernate, for a desktop that need not', { hibernationSupported: false }, needs, true],
  ['one that cannot hibernate, for a desktop that must', { hibernationSupported: false }, hibernating, false],
  ['one whose memory does not fit on the root volume', { memoryMiB: 16_384 }, hibernating, false],
])('%s', (_what, difference, asked, expected) => {
  expect(isFallback({ ...wanted, ...difference }, wanted, asked)).toBe(expected);
});
