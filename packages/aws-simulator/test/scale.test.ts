import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  desktop,
  type Fixture,
  linuxImage,
  linuxUserData,
  startFixture,
  subnetA,
} from './simulator-fixture.ts';

let fixture: Fixture;

// The bytes, not the SDK: what the SDK takes to read them is not the simulator's.
async function ec2(Action: string, parameters: Record<string, string>): Promise<string> {
  const authorization = 'AWS4-HMAC-SHA256 Credential=x/20261122/us-east-1/ec2/aws4_request, Signature=x';
  const body = new URLSearchParams({ Action, Version: '2016-11-15', ...parameters });
  return (await fetch(fixture.url, { method: 'POST', headers: { authorization }, body })).text();
}

async function json(target: string, input: object): Promise<string> {
  const authorization = 'AWS4-HMAC-SHA256 Credential=x/20261122/us-east-1/ssm/aws4_request, Signature=x';
  const headers = { authorization, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  return (await fetch(fixture.url, { method: 'POST', headers, body: JSON.stringify(input) })).text();
}

function launch(count: number): Promise<string> {
  return ec2('RunInstances', {
    ImageId: linuxImage,
    InstanceType: 'm7i.large',
    SubnetId: subnetA,
    MinCount: String(count),
    MaxCount: String(count),
    UserData: linuxUserData(desktop),
    'TagSpecification.1.ResourceType': 'instance',
    'TagSpecification.1.Tag.1.Key': 'cluster',
    'TagSpecification.1.Tag.1.Value': 'a',
  });
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

beforeAll(async () => {
  fixture = await startFixture({ throttling: false });
  for (let batch = 0; batch < 10; batch += 1) await launch(1000);
}, 60_000);

afterAll(() => fixture.close());

test('10,000 instances are ten pages, each once, in under 3 s of CPU', { timeout: 60_000 }, async () => {
  const ids: string[] = [];
  const pages: number[] = [];
  const spent = await cpuSeconds(async () => {
    let next: string | undefined = '';
    while (next !== undefined) {
      const parameters = { 'Filter.1.Name': 'tag:cluster', 'Filter.1.Value.1': 'a', MaxResults: '1000' };
      const page = await ec2('DescribeInstances', { ...parameters, ...(next && { NextToken: next }) });
      const found = [...page.matchAll(/<item><instanceId>(i-\w+)</g)].map((match) => match[1] ?? '');
      pages.push(found.length);
      ids.push(...found);
      next = /<nextToken>([^<]+)</.exec(page)?.[1];
    }
  });
  expect(pages).toEqual(Array.from({ length: 10 }, () => 1000));
  expect(new Set(ids).size).toBe(10_000);
  expect(spent).toBeLessThan(3);
});

test('the steering lists 10,000 in under 3 s of CPU', { timeout: 60_000 }, async () => {
  let listed: unknown[] = [];
  const spent = await cpuSeconds(async () => {
    listed = (await fixture.steer<{ instances: unknown[] }>('GET', '/instances')).instances;
  });
  expect(listed).toHaveLength(10_000);
  expect(spent).toBeLessThan(3);
});

test('beside 10,000 instances, 100 launches cost under 2 s of CPU', { timeout: 60_000 }, async () => {
  const spent = await cpuSeconds(async () => {
    for (let count = 0; count < 100; count += 1) await launch(1);
  });
  expect(spent).toBeLessThan(2);
});

function cpuQuery(id: string, index: number): object {
  const Dimensions = [{ Name: 'InstanceId', Value: id }];
  const Metric = { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Dimensions };
  return { Id: `q${index}`, MetricStat: { Metric, Period: 300, Stat: 'Average' } };
}

/** Twenty minutes of the CPU of 500 instances. */
function cpuOf(ids: string[]): Promise<string> {
  const EndTime = fixture.now() / 1000;
  return json('GraniteServiceVersion20100801.GetMetricData', {
    StartTime: EndTime - 1200,
    EndTime,
    MetricDataQueries: ids.map(cpuQuery),
  });
}

/** As long as the real probe, to 50 instances. */
async function sendProbe(InstanceIds: string[]): Promise<string> {
  const commands = ['# deskfleet-probe 1', '# '.padEnd(5_000, 'x')];
  const request = { InstanceIds, DocumentName: 'AWS-RunShellScript', Parameters: { commands } };
  return JSON.parse(await json('AmazonSSM.SendCommand', request)).Command.CommandId;
}

test('a sweep over 10,000 costs under 3 s of CPU: CPU of all, probes of 3,000', {
  timeout: 60_000,
}, async () => {
  fixture.advance(3600);
  const { instances } = await fixture.steer<{ instances: { instanceId: string }[] }>('GET', '/instances');
  const ids = instances.slice(0, 10_000).map((instance) => instance.instanceId);
  const batches = (size: number, count: number) =>
    Array.from({ length: count }, (_, index) => ids.slice(index * size, (index + 1) * size));
  let answers: string[] = [];
  const spent = await cpuSeconds(async () => {
    await Promise.all(batches(500, 20).map(cpuOf));
    const Filters = [{ key: 'InvokedAfter', value: new Date(fixture.now()).toISOString() }];
    const commands = await Promise.all(batches(50, 60).map(sendProbe));
    fixture.advance(1);
    const first = JSON.parse(await json('AmazonSSM.ListCommands', { Filters }));
    await json('AmazonSSM.ListCommands', { Filters, NextToken: first.NextToken });
    answers = await Promise.all(
      commands.map((CommandId) => json('AmazonSSM.ListCommandInvocations', { CommandId, Details: true })),
    );
  });
  expect(answers.join('').match(/session=ok/g)).toHaveLength(3_000);
  expect(spent).toBeLessThan(3);
});
