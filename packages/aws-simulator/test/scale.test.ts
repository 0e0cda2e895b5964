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
