import { AwsError } from '../http/aws-error.ts';
import {
  type JsonCall,
  type JsonInput,
  jsonNumber,
  jsonObjects,
  jsonText,
  requiredJsonText,
} from '../http/json-input.ts';
import type { MetricRecord } from '../state/records.ts';

// Enough for a day of minutes; the simulator is no archive.
const keptPoints = 1_440;

/** Name → value of a metric's `Dimensions`. */
export function readDimensions(metric: JsonInput): Record<string, string> {
  const dimensions = jsonObjects(metric, 'Dimensions').map(
    (dimension) => [jsonText(dimension, 'Name') ?? '', jsonText(dimension, 'Value') ?? ''] as const,
  );
  return Object.fromEntries(dimensions);
}

export function metricKey(
  region: string,
  namespace: string,
  name: string,
  dimensions: Record<string, string>,
): string {
  return JSON.stringify([region, namespace, name, Object.entries(dimensions).sort()]);
}

function readValues(datum: JsonInput): number[] {
  const single = jsonNumber(datum, 'Value');
  if (single !== undefined) return [single];
  if (Array.isArray(datum.Values)) return datum.Values.filter((value) => typeof value === 'number');
  throw new AwsError(
    'InvalidParameterCombination',
    'At least one of the parameters Value and Values must be specified.',
  );
}

/** PutMetricData with Value or Values; namespaces of AWS itself are refused. */
export function putMetricData({ world, input, region }: JsonCall): object {
  const namespace = requiredJsonText(input, 'Namespace');
  if (namespace.startsWith('AWS/')) {
    throw new AwsError('InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.');
  }
  for (const datum of jsonObjects(input, 'MetricData')) {
    const name = requiredJsonText(datum, 'MetricName');
    const dimensions = readDimensions(datum);
    const key = metricKey(region, namespace, name, dimensions);
    const known: MetricRecord = world.metrics.get(key) ?? { namespace, name, dimensions, points: [] };
    const seconds = jsonNumber(datum, 'Timestamp');
    const at = seconds === undefined ? world.clock.now() : seconds * 1000;
    const unit = jsonText(datum, 'Unit') ?? 'None';
    const added = readValues(datum).map((value) => ({ at, value, unit }));
    const points = [...known.points, ...added].sort((a, b) => a.at - b.at).slice(-keptPoints);
    world.metrics.put(key, { ...known, points });
  }
  return {};
}
