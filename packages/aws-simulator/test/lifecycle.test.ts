import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  describeOne,
  type Fixture,
  launch,
  launchOne,
  launchReady,
  start as startAll,
  startFixture,
  stateOf,
  stop as stopAll,
  terminate as terminateAll,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

const stop = (ids: string[], how: { Force?: boolean } = {}) => stopAll(fixture, ids, how);
const start = (ids: string[]) => startAll(fixture, ids);
const terminate = (ids: string[]) => terminateAll(fixture, ids);

test('an instance goes pending → running → stopping → stopped → pending → running as time passes', async () => {
  const id = await launchOne(fixture);
  const address = (await describeOne(fixture, id)).PrivateIpAddress;
  expect(await stateOf(fixture, id)).toBe('pending');
  fixture.advance(20);
  expect(await stateOf(fixture, id)).toBe('running');
  await stop([id]);
  expect(await stateOf(fixture, id)).toBe('stopping');
  fixture.advance(40);
  const stopped = await describeOne(fixture, id);
  expect(stopped.State).toEqual({ Code: 80, Name: 'stopped' });
  expect(stopped.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
  expect(stopped.StateTransitionReason).toMatch(/^User initiated \(2026-11-02 09:00:20 GMT\)$/);
  const answer = await start([id]);
  expect(answer.StartingInstances?.[0]).toMatchObject({
    PreviousState: { Name: 'stopped' },
    CurrentState: { Name: 'pending' },
  });
  fixture.advance(20);
  const running = await describeOne(fixture, id);
  expect(running.State?.Name).toBe('running');
  expect(running.PrivateIpAddress).toBe(address);
});

test('a terminated instance is shown for an hour, and then has never been', async () => {
  const id = await launchReady(fixture);
  await terminate([id]);
  expect(await stateOf(fixture, id)).toBe('shutting-down');
  fixture.advance(40);
  expect(await stateOf(fixture, id)).toBe('terminated');
  fixture.advance(3600);
  await expect(describeOne(fixture, id)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
});

describe('IncorrectInstanceState', () => {
  test('a pending instance cannot be stopped', async () => {
    const id = await launchOne(fixture);
    await expect(stop([id])).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
  });

  test('a stopping instance cannot be started', async () => {
    const id = await launchReady(fixture);
    await stop([id]);
    await expect(start([id])).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
  });

  test('a terminated instance cannot be started', async () => {
    const id = await launchReady(fixture);
    await terminate([id]);
    await expect(start([id])).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
  });
});

describe('one bad id fails the whole call', () => {
  const unknown = 'i-00000000000000000';

  test.each([
    ['start', start],
    ['stop', stop],
    ['terminate', terminate],
  ])('%s', async (_, call) => {
    const id = await launchReady(fixture);
    await expect(call([id, unknown])).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
    await expect(call([id, 'desktop'])).rejects.toMatchObject({ name: 'InvalidInstanceID.Malformed' });
    expect(await stateOf(fixture, id)).toBe('running');
  });

  test('an instance that cannot be stopped keeps the others running', async () => {
    const ready = await launchReady(fixture);
    const pending = await launchOne(fixture);
    await expect(stop([ready, pending])).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
    expect(await stateOf(fixture, ready)).toBe('running');
  });
});

test('a stop that hangs ends only by force', async () => {
  const id = await launchReady(fixture);
  await fixture.steer('PATCH', `/instances/${id}`, { stopHangs: true });
  await stop([id]);
  fixture.advance(3600);
  expect(await stateOf(fixture, id)).toBe('stopping');
  await stop([id], { Force: true });
  fixture.advance(20);
  expect(await stateOf(fixture, id)).toBe('stopped');
});

test('somebody at the console can stop, start and terminate, and give the reason', async () => {
  const id = await launchReady(fixture);
  await fixture.steer('POST', `/instances/${id}/stop`);
  fixture.advance(40);
  expect(await stateOf(fixture, id)).toBe('stopped');
  await fixture.steer('POST', `/instances/${id}/start`);
  fixture.advance(100);
  await fixture.steer('POST', `/instances/${id}/terminate`, {
    code: 'Server.InternalError',
    message: 'Server.InternalError: Internal error on launch',
  });
  expect((await describeOne(fixture, id)).StateReason?.Code).toBe('Server.InternalError');
});

test('2,500 instances come in pages of 1,000, each once', async () => {
  await fixture.steer('PATCH', '/faults', { throttling: false });
  const tagged = {
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'cluster', Value: 'a' }] }],
  };
  for (const count of [1000, 1000, 500])
    await launch(fixture, { ...tagged, MinCount: count, MaxCount: count });
  await launch(fixture);
  const sizes: number[] = [];
  const seen = new Set<string | undefined>();
  let NextToken: string | undefined;
  do {
    const page = await fixture.ec2.send(
      new DescribeInstancesCommand({
        Filters: [{ Name: 'tag:cluster', Values: ['a'] }],
        MaxResults: 1000,
        NextToken,
      }),
    );
    const instances: Instance[] = (page.Reservations ?? []).flatMap(
      (reservation) => reservation.Instances ?? [],
    );
    sizes.push(instances.length);
    for (const instance of instances) seen.add(instance.InstanceId);
    NextToken = page.NextToken;
  } while (NextToken);
  expect(sizes).toEqual([1000, 1000, 500]);
  expect(seen.size).toBe(2500);
});

test('pages and ids exclude each other, and a page has 5 to 1,000 entries', async () => {
  const id = await launchOne(fixture);
  const describeWith = (input: object) => fixture.ec2.send(new DescribeInstancesCommand(input));
  await expect(describeWith({ InstanceIds: [id], MaxResults: 5 })).rejects.toMatchObject({
    name: 'InvalidParameterCombination',
  });
  await expect(describeWith({ MaxResults: 1001 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  await expect(describeWith({ MaxResults: 4 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  await expect(describeWith({ MaxResults: 5, NextToken: 'x' })).rejects.toMatchObject({
    name: 'InvalidNextToken',
  });
  await expect(describeWith({ Filters: [{ Name: 'colour', Values: ['red'] }] })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  });
});

test('filters by state and wildcard', async () => {
  const stoppedId = await launchReady(fixture);
  await stop([stoppedId]);
  fixture.advance(40);
  const runningId = await launchReady(fixture);
  const found = await fixture.ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: 'instance-state-name', Values: ['pending', 'running'] },
        { Name: 'tag:Name', Values: ['my*'] },
      ],
    }),
  );
  expect(found.Reservations?.flatMap((r) => r.Instances?.map((i) => i.InstanceId))).toEqual([runningId]);
});

test('tags reach instance and volume', async () => {
  const id = await launchOne(fixture, {
    TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'project', Value: 'p' }] }],
  });
  const byInstance = { Filters: [{ Name: 'attachment.instance-id', Values: [id] }] };
  const [volume] = (await fixture.ec2.send(new DescribeVolumesCommand(byInstance))).Volumes ?? [];
  expect(volume?.Tags).toEqual([{ Key: 'project', Value: 'p' }]);
  const Resources = [id, volume?.VolumeId ?? ''];
  await fixture.ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'owner', Value: 'bob' }] }));
  expect((await describeOne(fixture, id)).Tags).toEqual([{ Key: 'owner', Value: 'bob' }]);
  const [tagged] = (await fixture.ec2.send(new DescribeVolumesCommand(byInstance))).Volumes ?? [];
  expect(tagged?.Tags).toContainEqual({ Key: 'owner', Value: 'bob' });
});
