import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Fixture,
  launch,
  launchOne,
  launchReady,
  launchStopped,
  start,
  startFixture,
  stateOf,
  stop,
  subnetA,
  subnetB,
  terminate,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture({ throttling: false });
});

afterEach(() => fixture.close());

const noCapacity = { name: 'InsufficientInstanceCapacity', $metadata: { httpStatusCode: 500 } };
const zoneA = { instanceType: 'm7i.large', zone: 'us-east-1a' };

describe('capacity', () => {
  test('of one pool missing fails a StartInstances as a whole', async () => {
    const short = await launchStopped(fixture);
    const other = await launchStopped(fixture, { SubnetId: subnetB });
    await fixture.steer('POST', '/faults/no-capacity', zoneA);
    await expect(start(fixture, [other, short])).rejects.toMatchObject(noCapacity);
    expect(await stateOf(fixture, other)).toBe('stopped');
    await expect(start(fixture, [other])).resolves.toBeDefined();
  });

  test('may be limited: so many more start, and what stops or ends makes room', async () => {
    const running = await launchReady(fixture);
    await fixture.steer('POST', '/faults/no-capacity', { ...zoneA, free: 2 });
    const first = await launchReady(fixture);
    await launchReady(fixture);
    await expect(launch(fixture)).rejects.toMatchObject(noCapacity);
    await terminate(fixture, [first]);
    await expect(launch(fixture)).resolves.toHaveLength(1);
    await stop(fixture, [running]);
    fixture.advance(100);
    await expect(launch(fixture)).resolves.toHaveLength(1);
    await expect(start(fixture, [running])).rejects.toMatchObject(noCapacity);
  });

  test('that suffices for MinCount launches as many as there are', async () => {
    await fixture.steer('POST', '/faults/no-capacity', { ...zoneA, free: 3 });
    await expect(launch(fixture, { MinCount: 4, MaxCount: 5 })).rejects.toMatchObject(noCapacity);
    await expect(launch(fixture, { MinCount: 1, MaxCount: 5 })).resolves.toHaveLength(3);
  });

  test('shows what is left of it', async () => {
    await fixture.steer('POST', '/faults/no-capacity', { ...zoneA, free: 2 });
    await launchOne(fixture);
    expect(await fixture.steer('GET', '/faults')).toMatchObject({ noCapacity: [{ ...zoneA, free: 1 }] });
    await fixture.steer('POST', '/faults/no-capacity', { ...zoneA, free: 5 });
    expect(await fixture.steer('GET', '/faults')).toMatchObject({ noCapacity: [{ ...zoneA, free: 5 }] });
  });
});

describe('a limit of vCPUs', () => {
  const exceeded = {
    name: 'VcpuLimitExceeded',
    message: expect.stringContaining('your current vCPU limit of 4 allows'),
    $metadata: { httpStatusCode: 400 },
  };

  beforeEach(() => fixture.steer('PATCH', '/faults', { vcpuLimit: 4 }));

  test('counts what is pending and running, at launch and start', async () => {
    const id = await launchStopped(fixture);
    await launch(fixture, { MinCount: 2, MaxCount: 2 });
    await expect(launch(fixture)).rejects.toMatchObject(exceeded);
    await expect(start(fixture, [id])).rejects.toMatchObject(exceeded);
    await fixture.steer('PATCH', '/faults', { vcpuLimit: null });
    await expect(start(fixture, [id])).resolves.toBeDefined();
  });

  test('is for the account, whatever the type', async () => {
    await launch(fixture, { InstanceType: 't3.large' });
    await expect(launch(fixture, { InstanceType: 'm7i.xlarge' })).rejects.toMatchObject(exceeded);
    await expect(launch(fixture, { InstanceType: 'c7i.large' })).resolves.toHaveLength(1);
  });
});

describe('an instance type that is offered no more', () => {
  const offeredIn = async (type: string) => {
    const request = new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [type] }],
    });
    return (await fixture.ec2.send(request)).InstanceTypeOfferings?.map((offering) => offering.Location);
  };

  test('in a zone: neither launched nor started there, and launched elsewhere', async () => {
    const id = await launchStopped(fixture, { InstanceType: 'p3.2xlarge', SubnetId: subnetB });
    const zone = 'us-east-1b';
    await fixture.steer('POST', '/faults/not-offered', { instanceType: 'p3.2xlarge', zone });
    await expect(launch(fixture, { InstanceType: 'p3.2xlarge', SubnetId: subnetB })).rejects.toMatchObject({
      name: 'Unsupported',
      message:
        'Your requested instance type (p3.2xlarge) is not supported in your requested Availability Zone (us-east-1b). ' +
        'Please retry your request by not specifying an Availability Zone or choosing us-east-1c, us-east-1d, us-east-1e.',
    });
    await expect(start(fixture, [id])).rejects.toMatchObject({ name: 'Unsupported' });
    expect(await offeredIn('p3.2xlarge')).toEqual(['us-east-1c', 'us-east-1d', 'us-east-1e']);
    await fixture.steer('DELETE', '/faults/not-offered');
    await expect(start(fixture, [id])).resolves.toBeDefined();
  });

  test('anywhere: unknown to Describe calls, unsupported by launches', async () => {
    const id = await launchStopped(fixture);
    await fixture.steer('POST', '/faults/not-offered', { instanceType: 'm7i.large' });
    await expect(launch(fixture)).rejects.toMatchObject({ name: 'Unsupported' });
    await expect(start(fixture, [id])).rejects.toMatchObject({ name: 'Unsupported' });
    expect(await offeredIn('m7i.large')).toEqual([]);
    const named = new DescribeInstanceTypesCommand({ InstanceTypes: ['m7i.large'] });
    await expect(fixture.ec2.send(named)).rejects.toMatchObject({ name: 'InvalidInstanceType' });
    const filtered = new DescribeInstanceTypesCommand({
      Filters: [{ Name: 'instance-type', Values: ['m7i.*'] }],
    });
    const types = (await fixture.ec2.send(filtered)).InstanceTypes?.map((type) => type.InstanceType);
    expect(types).toEqual(['m7i.xlarge', 'm7i.2xlarge', 'm7i.4xlarge']);
  });
});

describe('a subnet', () => {
  const described = async () => {
    const subnets = (await fixture.ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? [];
    return new Map(subnets.map((subnet) => [subnet.SubnetId, subnet.AvailableIpAddressCount]));
  };

  test('that was removed is not found and not described, until it is back', async () => {
    const notFound = { name: 'InvalidSubnetID.NotFound' };
    await fixture.steer('DELETE', `/subnets/${subnetA}`);
    await expect(launch(fixture)).rejects.toMatchObject(notFound);
    const request = new DescribeSubnetsCommand({ SubnetIds: [subnetA] });
    await expect(fixture.ec2.send(request)).rejects.toMatchObject(notFound);
    expect((await described()).has(subnetA)).toBe(false);
    await fixture.steer('POST', `/subnets/${subnetA}/restore`);
    await expect(launch(fixture)).resolves.toHaveLength(1);
  });

  test('without free addresses takes nobody until one is terminated: a stopped desktop keeps its address', async () => {
    const id = await launchReady(fixture);
    await fixture.steer('PATCH', `/subnets/${subnetA}`, { freeAddresses: 1 });
    expect((await described()).get(subnetA)).toBe(1);
    await launchOne(fixture);
    const full = {
      name: 'InsufficientFreeAddressesInSubnet',
      message: `There are not enough free addresses in subnet '${subnetA}' to satisfy the requested number of instances.`,
    };
    await expect(launch(fixture)).rejects.toMatchObject(full);
    await stop(fixture, [id]);
    fixture.advance(100);
    await expect(launch(fixture)).rejects.toMatchObject(full);
    await terminate(fixture, [id]);
    await expect(launch(fixture)).resolves.toHaveLength(1);
    await fixture.steer('PATCH', `/subnets/${subnetA}`, { freeAddresses: null });
    await expect(launch(fixture)).resolves.toHaveLength(1);
  });
});

test('an error can be for one instance: any call that names it fails as a whole', async () => {
  const bad = await launchReady(fixture);
  const good = await launchReady(fixture);
  const fault = { api: 'StopInstances', instanceId: bad, code: 'UnauthorizedOperation' };
  await fixture.steer('POST', '/faults/errors', fault);
  await expect(stop(fixture, [good, bad])).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  expect(await stateOf(fixture, good)).toBe('running');
  await expect(stop(fixture, [good])).resolves.toBeDefined();
});

test('all shortages end with DELETE /faults', async () => {
  await fixture.steer('POST', '/faults/no-capacity', {});
  await fixture.steer('POST', '/faults/not-offered', { instanceType: 'm7i.large' });
  await fixture.steer('DELETE', `/subnets/${subnetA}`);
  await fixture.steer('PATCH', '/faults', { vcpuLimit: 0, images: 'fails' });
  await fixture.steer('DELETE', '/faults');
  await expect(launch(fixture)).resolves.toHaveLength(1);
});
