import { GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Fixture, launchReady, startFixture } from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

async function cpu(
  instanceId: string,
  hours = 6,
  Period = 300,
): Promise<{ times: number[]; values: number[] }> {
  const Metric = {
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'InstanceId', Value: instanceId }],
  };
  const answer = await fixture.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(fixture.now() - hours * 3_600_000),
      EndTime: new Date(fixture.now()),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [{ Id: 'cpu', MetricStat: { Metric, Period, Stat: 'Average' } }],
    }),
  );
  const [result] = answer.MetricDataResults ?? [];
  return { times: (result?.Timestamps ?? []).map((time) => time.getTime()), values: result?.Values ?? [] };
}

const minutes = (count: number) => count * 60;

test('CPU follows the host: a boot spike, then idle, never a constant', async () => {
  const id = await launchReady(fixture);
  fixture.advance(minutes(60));
  const { values } = await cpu(id);
  expect(values.length).toBeGreaterThanOrEqual(11);
  expect(values[0]).toBeGreaterThan(10);
  const idle = values.slice(-4);
  for (const value of idle) expect(value).toBeLessThan(3);
  expect(new Set(idle).size).toBe(4);
});

test('a datapoint lags, and does not change once it is there', async () => {
  const id = await launchReady(fixture);
  fixture.advance(minutes(20));
  const early = await cpu(id);
  expect(fixture.now() - (early.times.at(-1) ?? 0)).toBeGreaterThanOrEqual(minutes(5) * 1000 + 120_000);
  fixture.advance(minutes(5));
  const late = await cpu(id);
  expect(late.values.slice(0, early.values.length)).toEqual(early.values);
  expect(late.values).toHaveLength(early.values.length + 1);
});

test('somebody connected shows in the CPU, and so does that they left', async () => {
  const id = await launchReady(fixture);
  fixture.advance(minutes(30));
  await fixture.steer('PATCH', `/instances/${id}`, { connections: 1 });
  fixture.advance(minutes(60));
  const connected = (await cpu(id)).values.at(-1);
  expect(connected).toBeGreaterThan(8);
  await fixture.steer('PATCH', `/instances/${id}`, { connections: 0 });
  fixture.advance(minutes(60));
  expect((await cpu(id)).values.at(-1)).toBeLessThan(3);
});

test('a stopped host has no datapoints', async () => {
  const id = await launchReady(fixture);
  fixture.advance(minutes(30));
  await fixture.steer('POST', `/instances/${id}/stop`);
  fixture.advance(minutes(120));
  expect((await cpu(id, 1)).values).toEqual([]);
});

test('steered CPU is what GetMetricData says, until it is left alone again', async () => {
  const id = await launchReady(fixture);
  fixture.advance(minutes(30));
  await fixture.steer('PATCH', `/instances/${id}`, { cpuPercent: 73 });
  fixture.advance(minutes(30));
  expect((await cpu(id)).values.at(-1)).toBe(73);
  await fixture.steer('PATCH', `/instances/${id}`, { cpuPercent: null });
  fixture.advance(minutes(30));
  expect((await cpu(id)).values.at(-1)).toBeLessThan(3);
});

test('datapoints of a second come every second, and can be asked for by periods under a minute', async () => {
  const id = await launchReady(fixture);
  await fixture.steer('PATCH', '/delays', { metricPeriodSeconds: 1, metricLagSeconds: 0 });
  await fixture.steer('PATCH', `/instances/${id}`, { cpuPercent: 10 });
  fixture.advance(5);
  await fixture.steer('PATCH', `/instances/${id}`, { cpuPercent: 90 });
  fixture.advance(5);
  const seconds = await cpu(id, 10 / 3600, 1);
  expect(seconds.values).toEqual([10, 10, 10, 10, 10, 90, 90, 90, 90, 90]);
  expect(seconds.times.at(-1)).toBe(fixture.now() - 1000);
  expect((await cpu(id, 10 / 3600, 10)).values).toEqual([50]);
  await expect(cpu(id, 1, 7)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(fixture.steer('PATCH', '/delays', { metricPeriodSeconds: 0 })).rejects.toThrow('400');
});

test('an instance of another region has no datapoints', async () => {
  const id = await launchReady(fixture);
  fixture.advance(minutes(30));
  const { cloudWatch } = fixture;
  cloudWatch.config.region = async () => 'eu-west-1';
  expect((await cpu(id)).values).toEqual([]);
});

test('metrics that are put can be read, by their dimensions', async () => {
  const Dimensions = [{ Name: 'InstanceId', Value: 'i-1' }];
  const datum = { MetricName: 'gpu', Dimensions, Timestamp: new Date(fixture.now()) };
  const put = (Value: number) =>
    fixture.cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: 'Deskfleet',
        MetricData: [{ ...datum, Value, Unit: 'Percent' }],
      }),
    );
  await put(10);
  await put(30);
  const stats = ['Average', 'Maximum', 'SampleCount'];
  const answer = await fixture.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(fixture.now() - 600_000),
      EndTime: new Date(fixture.now() + 1_000),
      MetricDataQueries: stats.map((Stat) => ({
        Id: Stat.toLowerCase(),
        MetricStat: { Metric: { Namespace: 'Deskfleet', MetricName: 'gpu', Dimensions }, Period: 300, Stat },
      })),
    }),
  );
  expect(answer.MetricDataResults?.map((result) => result.Values)).toEqual([[20], [30], [2]]);
});

test('more than 500 queries are refused', async () => {
  const query = { MetricStat: { Metric: { Namespace: 'n', MetricName: 'm' }, Period: 300, Stat: 'Average' } };
  const MetricDataQueries = Array.from({ length: 501 }, (_, index) => ({ ...query, Id: `q${index}` }));
  const request = new GetMetricDataCommand({
    StartTime: new Date(fixture.now() - 1000),
    EndTime: new Date(fixture.now()),
    MetricDataQueries,
  });
  await expect(fixture.cloudWatch.send(request)).rejects.toMatchObject({ name: 'ValidationException' });
});
