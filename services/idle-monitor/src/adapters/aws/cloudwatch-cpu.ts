import {
  type CloudWatchClient,
  type MetricDataQuery,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import type { Clock, Logger } from '@deskfleet/runtime';
import pMap from 'p-map';
import type { CpuMetrics } from '../../application/ports.ts';
import type { CpuReading } from '../../domain/observations.ts';
import { batchesOf } from './batches-of.ts';
import { FailedCalls } from './failed-calls.ts';

/** GetMetricData: 500 queries a call, 50 calls a second (CloudWatch quotas). */
const queriesPerCall = 500;
const callsAtATime = 8;
/** What CloudWatch takes up to five minutes, which is how often EC2's basic monitoring has a datapoint. */
const periodsSeconds = [300, 60, 30, 10, 5, 1];

export interface CloudWatchCpuParts {
  cloudWatch: CloudWatchClient;
  windowMinutes: number;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
}

/** CPUUtilization of EC2 instances over the last minutes, 500 instances a call. */
export function createCloudWatchCpu({
  cloudWatch,
  windowMinutes,
  clock,
  logger,
}: CloudWatchCpuParts): CpuMetrics {
  return {
    async cpuOf(instanceIds) {
      const span = spanBefore(clock.now().toMillis(), windowMinutes);
      const failed = new FailedCalls();
      const ask = async (ids: string[]): Promise<[string, CpuReading][]> => {
        try {
          return await averages(cloudWatch, ids, span);
        } catch (error) {
          failed.add(error, ids.length);
          return ids.map((id) => [id, { kind: 'unavailable' }]);
        }
      };
      const answers = await pMap(batchesOf(instanceIds, queriesPerCall), ask, { concurrency: callsAtATime });
      failed.log(logger, 'CloudWatch could not be asked for the CPU of desktops: they count as used');
      return new Map(answers.flat());
    },
  };
}

interface Span {
  StartTime: Date;
  EndTime: Date;
  Period: number;
}

/**
 * A datapoint carries the time at which its period begins, and counts if that is not before StartTime. So StartTime is moved
 * back to the beginning of a period: otherwise the oldest datapoint would be lost, and as the newest can be read only some
 * minutes after its period has ended, a window of 15 minutes might hold one or none of its three. The window is therefore up
 * to one period longer than asked for.
 */
function spanBefore(now: number, windowMinutes: number): Span {
  const windowSeconds = windowMinutes * 60;
  const Period = periodsSeconds.find((seconds) => seconds <= windowSeconds) ?? 1;
  const start = Math.floor((now / 1000 - windowSeconds) / Period) * Period;
  return { StartTime: new Date(start * 1000), EndTime: new Date(now), Period };
}

interface Sum {
  total: number;
  count: number;
  refused: boolean;
}

async function averages(
  client: CloudWatchClient,
  ids: string[],
  { Period, ...times }: Span,
): Promise<[string, CpuReading][]> {
  const sums: Sum[] = ids.map(() => ({ total: 0, count: 0, refused: false }));
  const MetricDataQueries = ids.map((id, index) => cpuQuery(id, index, Period));
  for await (const page of paginateGetMetricData({ client }, { MetricDataQueries, ...times })) {
    for (const { Id = '', Values = [], StatusCode } of page.MetricDataResults ?? []) {
      const sum = sums[Number(Id.slice(1))];
      if (!sum) continue;
      // One series may come in parts, on several pages.
      for (const value of Values) sum.total += value;
      sum.count += Values.length;
      sum.refused ||= StatusCode === 'InternalError' || StatusCode === 'Forbidden';
    }
  }
  return ids.map((id, index) => [id, readingOf(sums[index])]);
}

function cpuQuery(instanceId: string, index: number, Period: number): MetricDataQuery {
  const Metric = {
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'InstanceId', Value: instanceId }],
  };
  return { Id: `i${index}`, MetricStat: { Metric, Period, Stat: 'Average' } };
}

function readingOf(sum: Sum | undefined): CpuReading {
  if (!sum || sum.refused) return { kind: 'unavailable' };
  return sum.count === 0 ? { kind: 'no-data' } : { kind: 'percent', percent: sum.total / sum.count };
}
