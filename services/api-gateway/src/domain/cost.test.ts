import { expect, test } from 'vitest';
import { costOf, type PriceList, pricesIn } from './cost.ts';

const file = {
  currency: 'USD',
  regions: {
    'us-east-1': { linux: { 'm7i.large': 0.1008 }, windows: { 'm7i.large': 0.1928 } },
    'eu-central-1': { linux: { 'm7i.large': 0.1206 } },
  },
};
const listOf = (region: string) => pricesIn(region, file).prices;
const usage = { since: new Date('2026-11-01T00:00:00Z'), runningHours: 118.333, stoppedHours: 481.667 };
const cost = (os: 'linux' | 'windows', instanceType: string, prices: PriceList | null) =>
  costOf(usage, { os, instanceType }, prices);

test('running hours cost, and stopped hours save, at the price of the system and the region', () => {
  expect(cost('linux', 'm7i.large', listOf('us-east-1'))).toEqual({
    currency: 'USD',
    hourly: 0.1008,
    monthToDate: 11.93,
    savedMonthToDate: 48.55,
  });
  expect(cost('windows', 'm7i.large', listOf('us-east-1'))?.hourly).toBe(0.1928);
  expect(cost('linux', 'm7i.large', listOf('eu-central-1'))?.hourly).toBe(0.1206);
});

test.each([
  ['no price list', cost('linux', 'm7i.large', null)],
  ['no price of the type', cost('linux', 'm7i.xlarge', listOf('us-east-1'))],
  ['no price of the system', cost('windows', 'm7i.large', listOf('eu-central-1'))],
  ['no price of the region', cost('linux', 'm7i.large', listOf('ap-south-1'))],
])('with %s no cost is told', (_what, told) => {
  expect(told).toBeNull();
});

test('a file without the region is warned about', () => {
  expect(pricesIn('ap-south-1', file).warnings).toEqual([expect.stringMatching(/no prices for ap-south-1/)]);
  expect(pricesIn('us-east-1', file).warnings).toEqual([]);
});
