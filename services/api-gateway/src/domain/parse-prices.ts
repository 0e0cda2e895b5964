import { operatingSystems } from '@deskfleet/contracts';
import type { RegionalPrices } from './cost.ts';

/** Far above what any instance costs an hour: a price in cents, or of a year, is a slip of the pen. */
const highestPrice = 10_000;
const currencyForm = /^[A-Z]{3}$/;
const regionForm = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/;
const instanceTypeForm = /^[a-z0-9-]+\.[a-z0-9-]+$/;

type HourlyPrices = Record<string, number>;
/** Told of each fault: its place, and what is wrong there. */
type Tell = (place: string, problem: string) => void;

/** The content of a price list (docs/prices.md), and everything that is wrong with it: `currency is missing`. */
export function parsePrices(content: unknown): { prices: RegionalPrices; faults: string[] } {
  const faults: string[] = [];
  const tell: Tell = (place, problem) => faults.push(`${place || 'all of it'} ${problem}`);
  const top = entriesOf(content, '', tell);
  const prices: RegionalPrices = { currency: '', regions: {} };
  for (const required of ['currency', 'regions']) {
    if (top.size > 0 && !top.has(required)) tell(required, 'is missing');
  }
  for (const [name, value] of top) {
    if (name === 'currency') prices.currency = currencyIn(value, tell);
    else if (name === 'regions') prices.regions = regionsIn(value, tell);
    else tell(name, 'does not belong there');
  }
  return { prices, faults };
}

function currencyIn(value: unknown, tell: Tell): string {
  if (typeof value === 'string' && currencyForm.test(value)) return value;
  tell('currency', 'is not three capital letters, such as USD');
  return '';
}

function regionsIn(value: unknown, tell: Tell) {
  const regions: RegionalPrices['regions'] = {};
  for (const [region, systems] of entriesOf(value, 'regions', tell)) {
    const place = `regions > ${region}`;
    if (regionForm.test(region)) regions[region] = systemsIn(systems, place, tell);
    else tell(place, 'is not a region, such as eu-central-1');
  }
  return regions;
}

function systemsIn(value: unknown, place: string, tell: Tell) {
  const systems: RegionalPrices['regions'][string] = {};
  for (const [name, types] of entriesOf(value, place, tell)) {
    const os = operatingSystems.find((each) => each === name);
    if (os === undefined) tell(`${place} > ${name}`, `is neither ${operatingSystems.join(' nor ')}`);
    else systems[os] = typesIn(types, `${place} > ${name}`, tell);
  }
  return systems;
}

function typesIn(value: unknown, place: string, tell: Tell): HourlyPrices {
  const hourly: HourlyPrices = {};
  for (const [type, price] of entriesOf(value, place, tell)) {
    if (!instanceTypeForm.test(type))
      tell(`${place} > ${type}`, 'is not an instance type, such as m7i.large');
    else if (typeof price === 'number' && price > 0 && price <= highestPrice) hourly[type] = price;
    else tell(`${place} > ${type}`, `is not a number above 0 and up to ${highestPrice}`);
  }
  return hourly;
}

function entriesOf(value: unknown, place: string, tell: Tell): Map<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) tell(place, 'is not an object');
  else if (Object.keys(value).length === 0) tell(place, 'is empty');
  return new Map(isObject ? Object.entries(value) : []);
}
