import { AwsError } from '../http/aws-error.ts';
import {
  isRecord,
  type JsonCall,
  type JsonInput,
  jsonNumber,
  jsonObjects,
  jsonText,
  toEpochSeconds,
} from '../http/json-input.ts';
import type { World } from '../state/world.ts';
import { cpuDatapoints } from './cpu-utilization.ts';
import { metricKey, readDimensions } from './put-metric-data.ts';
import { aggregate, type StatisticSet, statistic, statisticsOf } from './statistics.ts';

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const maximumQueries = 500;
const maximumDatapoints = 100_800;
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html, in seconds
const highResolutionPeriods = [1, 5, 10, 20, 30];

interface MetricQuery {
  id: string;
  label: string;
  namespace: string;
  metricName: string;
  dimensions: Record<string, string>;
  periodMs: number;
  stat: string;
}

function refuse(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function readTime(input: JsonInput, name: string): number {
  const value = input[name];
  const ms = typeof value === 'number' ? value * 1000 : Date.parse(String(value));
  if (Number.isFinite(ms)) return ms;
  throw refuse(`The parameter ${name} is required.`);
}

function readQuery(query: JsonInput): MetricQuery {
  const id = jsonText(query, 'Id') ?? '';
  if (!/^[a-z][a-zA-Z0-9_]{0,254}$/.test(id)) throw refuse(`The value for Id '${id}' is not valid.`);
  if (!isRecord(query.MetricStat) || !isRecord(query.MetricStat.Metric)) {
    throw refuse('The simulator answers queries with a MetricStat, not expressions.');
  }
  const { MetricStat } = query;
  const metric = query.MetricStat.Metric;
  const period = jsonNumber(MetricStat, 'Period') ?? 300;
  if (!highResolutionPeriods.includes(period) && (period < 60 || period % 60 !== 0))
    throw refuse(`Period must be ${highResolutionPeriods.join(', ')} or a multiple of 60.`);
  const metricName = jsonText(metric, 'MetricName') ?? '';
  return {
    id,
    label: jsonText(query, 'Label') ?? metricName,
    namespace: jsonText(metric, 'Namespace') ?? '',
    metricName,
    dimensions: readDimensions(metric),
    periodMs: period * 1000,
    stat: jsonText(MetricStat, 'Stat') ?? 'Average',
  };
}

interface Span {
  from: number;
  to: number;
}

function* datapoints(world: World, region: string, query: MetricQuery, span: Span): Iterable<StatisticSet> {
  const { InstanceId } = query.dimensions;
  if (query.namespace === 'AWS/EC2' && query.metricName === 'CPUUtilization' && InstanceId !== undefined) {
    const instance = world.instances.get(InstanceId);
    const host = world.hosts.get(InstanceId);
    if (!instance || !host || instance.region !== region) return;
    const history = { instanceId: InstanceId, powers: instance.powers, activity: host.activity };
    const knownUntil = world.clock.now() - world.delays.metricLagSeconds * 1000;
    const periodMs = world.delays.metricPeriodSeconds * 1000;
    yield* cpuDatapoints(history, { ...span, knownUntil, periodMs });
    return;
  }
  const stored = world.metrics.get(metricKey(region, query.namespace, query.metricName, query.dimensions));
  for (const point of stored?.points ?? []) {
    if (point.at >= span.from && point.at < span.to) yield statisticsOf(point.at, [point.value]);
  }
}

function result(
  query: MetricQuery,
  sets: StatisticSet[],
  newestFirst: boolean,
): { answer: object; count: number } {
  const ordered = newestFirst ? sets.toReversed() : sets;
  const values = ordered.map((set) => {
    const value = statistic(set, query.stat);
    if (value === undefined) throw refuse(`The simulator does not compute the statistic ${query.stat}.`);
    return value;
  });
  const answer = {
    Id: query.id,
    Label: query.label,
    Timestamps: ordered.map((set) => toEpochSeconds(set.at)),
    Values: values,
    StatusCode: 'Complete',
  };
  return { answer, count: values.length };
}

function readQueries(input: JsonInput): MetricQuery[] {
  const queries = jsonObjects(input, 'MetricDataQueries');
  if (queries.length === 0) throw refuse('The parameter MetricDataQueries is required.');
  if (queries.length > maximumQueries) {
    throw refuse(`The collection MetricDataQueries must not have a size greater than ${maximumQueries}.`);
  }
  const read = queries.map(readQuery);
  if (new Set(read.map((query) => query.id)).size < read.length)
    throw refuse('The values for parameter Id are not unique.');
  return read;
}

/** GetMetricData for CPUUtilization of instances and for metrics that were put; pages after MaxDatapoints. */
export function getMetricData({ world, input, region }: JsonCall): object {
  const queries = readQueries(input);
  const span = { from: readTime(input, 'StartTime'), to: readTime(input, 'EndTime') };
  if (span.from >= span.to) throw refuse('The parameter StartTime must be less than the parameter EndTime.');
  const newestFirst = jsonText(input, 'ScanBy') !== 'TimestampAscending';
  const room = Math.min(jsonNumber(input, 'MaxDatapoints') ?? maximumDatapoints, maximumDatapoints);
  const results: object[] = [];
  let used = 0;
  for (let index = Number(jsonText(input, 'NextToken') ?? 0); index < queries.length; index += 1) {
    const query = queries[index];
    if (!query) throw refuse('The parameter NextToken is not valid.');
    const sets = aggregate(datapoints(world, region, query, span), query.periodMs);
    const { answer, count } = result(query, sets, newestFirst);
    // Series are not divided between pages here, as CloudWatch may do.
    if (results.length > 0 && used + count > room) {
      return { MetricDataResults: results, Messages: [], NextToken: String(index) };
    }
    results.push(answer);
    used += count;
  }
  return { MetricDataResults: results, Messages: [] };
}
