import { DescribeInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  describeOne,
  type Fixture,
  launch,
  launchOne,
  launchReady,
  startFixture,
  subnetA,
  subnetB,
  windowsImage,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

async function instanceCount(): Promise<number> {
  const answer = await fixture.ec2.send(new DescribeInstancesCommand({ MaxResults: 1000 }));
  return (answer.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []).length;
}

describe('a client token', () => {
  test('launches once however often the request is repeated', async () => {
    const first = await launchOne(fixture, { ClientToken: 'token-1' });
    const second = await launchOne(fixture, { ClientToken: 'token-1' });
    expect(second).toBe(first);
    expect(await instanceCount()).toBe(1);
  });

  test('launches once when both requests are under way at the same time', async () => {
    const [first, second] = await Promise.all([
      launchOne(fixture, { ClientToken: 'token-1' }),
      launchOne(fixture, { ClientToken: 'token-1' }),
    ]);
    expect(second).toBe(first);
  });

  test('with other parameters is a mismatch', async () => {
    await launchOne(fixture, { ClientToken: 'token-1' });
    const other = launch(fixture, { ClientToken: 'token-1', InstanceType: 'm7i.xlarge' });
    await expect(other).rejects.toMatchObject({ name: 'IdempotentParameterMismatch' });
  });

  test('whose instance was terminated launches nothing any more', async () => {
    const instanceId = await launchOne(fixture, { ClientToken: 'token-1' });
    await fixture.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    const again = launch(fixture, { ClientToken: 'token-1' });
    await expect(again).rejects.toMatchObject({ name: 'IdempotentInstanceTerminated' });
  });

  test('launches again in another zone, since tokens are zonal', async () => {
    const first = await launchOne(fixture, { ClientToken: 'token-1', SubnetId: subnetA });
    const second = await launchOne(fixture, { ClientToken: 'token-1', SubnetId: subnetB });
    expect(second).not.toBe(first);
  });

  test('finds the instance of a launch whose answer was lost', async () => {
    await fixture.steer('POST', '/faults/lost-responses', { api: 'RunInstances', times: 1 });
    await expect(launch(fixture, { ClientToken: 'token-1' })).rejects.toThrow();
    expect(await instanceCount()).toBe(1);
    const found = await fixture.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values: ['token-1'] }] }),
    );
    expect(await launchOne(fixture, { ClientToken: 'token-1' })).toBe(
      found.Reservations?.[0]?.Instances?.[0]?.InstanceId,
    );
    expect(await instanceCount()).toBe(1);
  });
});

describe('a launch is refused with the code that EC2 gives', () => {
  test.each([
    ['InvalidAMIID.NotFound', { ImageId: 'ami-00000000000000000' }],
    ['InvalidAMIID.Malformed', { ImageId: 'my-image' }],
    ['InvalidSubnetID.NotFound', { SubnetId: 'subnet-00000000000000000' }],
    ['InvalidParameterValue', { InstanceType: 'm7i.huge' as 'm7i.large' }],
    ['InvalidParameterValue', { InstanceType: 't4g.large' as const }],
    ['InvalidParameterValue', { MinCount: 2, MaxCount: 1 }],
    ['InvalidParameterValue', { UserData: Buffer.alloc(16 * 1024 + 1).toString('base64') }],
    ['InvalidUserData.Malformed', { UserData: 'not base64!' }],
    ['Unsupported', { InstanceType: 'p3dn.24xlarge' as const }],
    [
      'InvalidBlockDeviceMapping',
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 1 } }] },
    ],
    ['UnsupportedHibernationConfiguration', { HibernationOptions: { Configured: true } }],
  ])('%s', async (name, change) => {
    await expect(launch(fixture, change)).rejects.toMatchObject({ name });
    expect(await instanceCount()).toBe(0);
  });
});

test('what was asked for is what DescribeInstances shows', async () => {
  const instanceId = await launchOne(fixture, {
    ImageId: windowsImage,
    ClientToken: 'token-1',
    MetadataOptions: { HttpTokens: 'required' },
    IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/desktop' },
    HibernationOptions: { Configured: true },
    BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 100, Encrypted: true } }],
    TagSpecifications: [
      { ResourceType: 'instance', Tags: [{ Key: 'deskfleet:owner', Value: '<alice> & "co"' }] },
    ],
  });
  expect(await describeOne(fixture, instanceId)).toMatchObject({
    InstanceId: instanceId,
    Platform: 'windows',
    InstanceType: 'm7i.large',
    ClientToken: 'token-1',
    SubnetId: subnetA,
    Placement: { AvailabilityZone: 'us-east-1a' },
    PrivateIpAddress: expect.stringMatching(/^127\.\d+\.\d+\.\d+$/),
    MetadataOptions: { HttpTokens: 'required' },
    IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/desktop' },
    HibernationOptions: { Configured: true },
    Tags: [{ Key: 'deskfleet:owner', Value: '<alice> & "co"' }],
  });
});

test('every instance has an address of its own', async () => {
  const instances = await launch(fixture, { MinCount: 300, MaxCount: 300 });
  const addresses = new Set(instances.map((instance) => instance.PrivateIpAddress));
  expect(addresses.size).toBe(300);
});

test('without capacity in a zone, another zone still launches; capacity errors are HTTP 500', async () => {
  await fixture.steer('POST', '/faults/no-capacity', { instanceType: 'm7i.large', zone: 'us-east-1a' });
  await expect(launch(fixture)).rejects.toMatchObject({
    name: 'InsufficientInstanceCapacity',
    $metadata: { httpStatusCode: 500 },
  });
  await expect(launch(fixture, { SubnetId: subnetB })).resolves.toHaveLength(1);
  await fixture.steer('DELETE', '/faults/no-capacity');
  await expect(launch(fixture)).resolves.toHaveLength(1);
});

test('a steered error comes as often as asked, and has no effect', async () => {
  await fixture.steer('POST', '/faults/errors', {
    api: 'RunInstances',
    code: 'UnauthorizedOperation',
    times: 2,
  });
  for (const _ of [1, 2]) {
    await expect(launch(fixture)).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      $metadata: { httpStatusCode: 403 },
    });
  }
  expect(await instanceCount()).toBe(0);
  await expect(launch(fixture)).resolves.toHaveLength(1);
});

test('RunInstances has AWS’s buckets: 5 requests and 1,000 instances, each refilled by 2 a second', async () => {
  for (let call = 0; call < 5; call += 1) await launch(fixture);
  await expect(launch(fixture)).rejects.toMatchObject({
    name: 'RequestLimitExceeded',
    $metadata: { httpStatusCode: 503 },
  });
  fixture.advance(1);
  await expect(launch(fixture, { MinCount: 999, MaxCount: 999 })).rejects.toMatchObject({
    name: 'RequestLimitExceeded',
  });
  await expect(launch(fixture, { MinCount: 997, MaxCount: 997 })).resolves.toHaveLength(997);
});

test('eventual consistency: a new instance is not there yet for Describe, and then it is', async () => {
  await fixture.steer('PATCH', '/faults', { describeLagSeconds: 5 });
  const instanceId = await launchOne(fixture);
  await expect(describeOne(fixture, instanceId)).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
  });
  expect(await instanceCount()).toBe(0);
  fixture.advance(5);
  expect((await describeOne(fixture, instanceId)).State?.Name).toBe('pending');
});

test('without an Authorization header nothing is answered', async () => {
  const body = 'Action=DescribeInstances&Version=2016-11-15';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(fixture.url, { method: 'POST', headers, body });
  expect(response.status).toBe(401);
  expect(await response.text()).toContain('<Code>AuthFailure</Code>');
});

test('an action that the simulator does not know is InvalidAction, not an empty success', async () => {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: 'AWS4-HMAC-SHA256 Credential=x/20261122/us-east-1/ec2/aws4_request, Signature=x',
  };
  const response = await fetch(fixture.url, { method: 'POST', headers, body: 'Action=CreateFleet' });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('<Code>InvalidAction</Code>');
});

test('calls are counted by API, with instances and errors', async () => {
  await launchReady(fixture, { MinCount: 3, MaxCount: 3 });
  await expect(launch(fixture, { ImageId: 'ami-00000000000000000' })).rejects.toThrow();
  const { calls } = await fixture.steer<{ calls: object }>('GET', '/calls');
  expect(calls).toEqual({
    RunInstances: {
      calls: 2,
      instances: 4,
      mostInstances: 3,
      errors: { 'InvalidAMIID.NotFound': 1 },
      lostResponses: 0,
    },
  });
});

test('with latency, an answer takes at least as long', async () => {
  await fixture.steer('PATCH', '/faults', { latencyMs: 60 });
  const before = performance.now();
  await launch(fixture);
  expect(performance.now() - before).toBeGreaterThanOrEqual(60);
});
