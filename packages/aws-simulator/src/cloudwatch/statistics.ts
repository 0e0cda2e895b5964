/** What CloudWatch keeps of the samples of one period. */
export interface StatisticSet {
  /** Start of the period. */
  at: number;
  sum: number;
  count: number;
  minimum: number;
  maximum: number;
}

export function statisticsOf(at: number, samples: readonly number[]): StatisticSet {
  return {
    at,
    sum: samples.reduce((sum, sample) => sum + sample, 0),
    count: samples.length,
    minimum: Math.min(...samples),
    maximum: Math.max(...samples),
  };
}

/** Merges statistics into periods of `periodMs`, each beginning at a multiple of it; oldest first. */
export function aggregate(sets: Iterable<StatisticSet>, periodMs: number): StatisticSet[] {
  const periods = new Map<number, StatisticSet>();
  for (const set of sets) {
    const at = Math.floor(set.at / periodMs) * periodMs;
    const merged = periods.get(at);
    if (!merged) periods.set(at, { ...set, at });
    else {
      merged.sum += set.sum;
      merged.count += set.count;
      merged.minimum = Math.min(merged.minimum, set.minimum);
      merged.maximum = Math.max(merged.maximum, set.maximum);
    }
  }
  return [...periods.values()].sort((a, b) => a.at - b.at);
}

/** One statistic by its CloudWatch name; undefined for statistics that are not kept, such as percentiles. */
export function statistic(set: StatisticSet, name: string): number | undefined {
  switch (name) {
    case 'Average':
      return set.sum / set.count;
    case 'Sum':
      return set.sum;
    case 'Minimum':
      return set.minimum;
    case 'Maximum':
      return set.maximum;
    case 'SampleCount':
      return set.count;
    default:
      return undefined;
  }
}
