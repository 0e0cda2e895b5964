import { readFileSync } from 'node:fs';
import type { RegionalPrices } from '../../domain/cost.ts';
import { parsePrices } from '../../domain/parse-prices.ts';

export type PriceFileReading = { ok: true; prices: RegionalPrices } | { ok: false; problems: string[] };

/** Reads a price list; what is wrong with it is told all at once, to be read after the name of the setting. */
export function readPriceFile(path: string): PriceFileReading {
  const failed = (...problems: string[]): PriceFileReading => ({
    ok: false,
    problems: problems.map((problem) => `names the file ${path}, ${problem}`),
  });
  const text = readText(path);
  if (text === null) return failed('which cannot be read');
  const content = parseJson(text);
  if (content === undefined) return failed('which is not JSON');
  const { prices, faults } = parsePrices(content);
  return faults.length > 0 ? failed(...faults.map((fault) => `where ${fault}`)) : { ok: true, prices };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
