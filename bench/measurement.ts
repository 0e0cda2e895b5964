import { mkdirSync, writeFileSync } from 'node:fs';

/** One figure, beside what it is compared with in the same run. */
export interface Measurement {
  name: string;
  measured: number;
  unit: string;
  /** What the same machine needs for the bare minimum; null where there is nothing to compare with. */
  reference: number | null;
  /** In words, such as `p99 ≤ 1000 ms`. */
  target: string;
  met: boolean;
}

const resultsFile = new URL('results/latest.json', import.meta.url);

/** Prints a table and keeps the figures in bench/results/latest.json. */
export function report(measurements: Measurement[]): void {
  const results = measurements.map((one) => ({ ...one, ratio: ratioOf(one) }));
  console.table(
    results.map(({ name, measured, unit, reference, ratio, target, met }) => ({
      what: name,
      measured: `${rounded(measured)} ${unit}`,
      reference: reference === null ? '–' : `${rounded(reference)} ${unit}`,
      ratio: ratio === null ? '–' : rounded(ratio),
      target,
      met: met ? 'yes' : 'NO',
    })),
  );
  mkdirSync(new URL('.', resultsFile), { recursive: true });
  writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
}

export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

function ratioOf({ measured, reference }: Measurement): number | null {
  return reference === null || reference === 0 ? null : measured / reference;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
