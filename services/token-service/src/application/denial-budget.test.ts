import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { DenialBudget } from './denial-budget.ts';

const now = DateTime.fromISO('2026-11-22T08:00:00Z', { zone: 'utc' });

function spent(budget: DenialBudget, addresses: string[], at = now): number {
  return addresses.filter((address) => budget.spend(address, at)).length;
}

describe('DenialBudget', () => {
  test('one address cannot have more than its share recorded in a minute', () => {
    const budget = new DenialBudget({ perAddress: 3, inAll: 100 });
    expect(spent(budget, Array<string>(50).fill('10.0.0.1'))).toBe(3);
    expect(spent(budget, ['10.0.0.2'])).toBe(1);
  });

  test('many addresses together cannot have more than the whole recorded in a minute', () => {
    const budget = new DenialBudget({ perAddress: 3, inAll: 10 });
    expect(
      spent(
        budget,
        Array.from({ length: 500 }, (_, at) => `fd00::${at}`),
      ),
    ).toBe(10);
  });

  test('the next minute begins anew', () => {
    const budget = new DenialBudget({ perAddress: 1, inAll: 1 });
    expect(spent(budget, ['10.0.0.1', '10.0.0.1'])).toBe(1);
    expect(spent(budget, ['10.0.0.1'], now.plus({ seconds: 59 }))).toBe(0);
    expect(spent(budget, ['10.0.0.1'], now.plus({ seconds: 60 }))).toBe(1);
  });
});
