import type { OperatingSystem, Session } from '@deskfleet/contracts';
import { toHundredths, type Usage } from './usage.ts';

/** What an hour of each instance type costs in the region of the deployment. */
export interface PriceList {
  currency: string;
  hourly: Record<OperatingSystem, Record<string, number>>;
}

/** Hourly prices by region and system, as a price file has them. */
export interface RegionalPrices {
  currency: string;
  regions: Record<string, Partial<PriceList['hourly']>>;
}

/** The prices of a region, and a warning where there are none. */
export function pricesIn(
  region: string,
  { currency, regions }: RegionalPrices,
): { prices: PriceList | null; warnings: string[] } {
  const hourly = regions[region];
  if (hourly !== undefined) {
    const { linux = {}, windows = {} } = hourly;
    return { prices: { currency, hourly: { linux, windows } }, warnings: [] };
  }
  const warning = `PRICES_FILE has no prices for ${region}, the region of this deployment. No costs are shown.`;
  return { prices: null, warnings: [warning] };
}

/**
 * What a session's instance costs, and what its rests have saved against one that is always on. The whole month counts
 * at the price of the type it has now. Null where there is no price: nobody is told a wrong one.
 */
export function costOf(
  { runningHours, stoppedHours }: Usage,
  machine: { os: OperatingSystem; instanceType: string },
  prices: PriceList | null,
): Session['cost'] {
  const hourly = prices?.hourly[machine.os][machine.instanceType];
  if (prices === null || hourly === undefined) return null;
  return {
    currency: prices.currency,
    hourly,
    monthToDate: toHundredths(runningHours * hourly),
    savedMonthToDate: toHundredths(stoppedHours * hourly),
  };
}
