import {
  ModifyInstanceAttributeCommand,
  type ModifyInstanceAttributeCommandInput,
  RebootInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  describeOne,
  type Fixture,
  launchOne,
  launchReady,
  launchStopped,
  start,
  startFixture,
  stateOf,
  subnetB,
  terminate,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

const modify = (InstanceId: string, change: Partial<ModifyInstanceAttributeCommandInput>) =>
  fixture.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, ...change }));
const resize = (id: string, Value: string) => modify(id, { InstanceType: { Value } });
const protect = (id: string, Value: boolean) => modify(id, { DisableApiTermination: { Value } });
const typeOf = async (id: string) => (await describeOne(fixture, id)).InstanceType;

describe('the instance type', () => {
  test('of a stopped instance can be changed, is shown at once, and is what starts', async () => {
    const id = await launchStopped(fixture);
    await resize(id, 'm7i.xlarge');
    expect(await describeOne(fixture, id)).toMatchObject({
      InstanceType: 'm7i.xlarge',
      CpuOptions: { CoreCount: 2 },
      State: { Name: 'stopped' },
    });
    await start(fixture, [id]);
    fixture.advance(100);
    expect(await typeOf(id)).toBe('m7i.xlarge');
  });

  test('can be changed by Attribute and Value as well', async () => {
    const id = await launchStopped(fixture);
    await modify(id, { Attribute: 'instanceType', Value: 't3.large' });
    expect(await typeOf(id)).toBe('t3.large');
  });

  test('is shown late by a Describe that lags', async () => {
    const id = await launchStopped(fixture);
    await fixture.steer('PATCH', '/faults', { describeLagSeconds: 10 });
    await resize(id, 'm7i.xlarge');
    expect(await typeOf(id)).toBe('m7i.large');
    fixture.advance(10);
    expect(await typeOf(id)).toBe('m7i.xlarge');
  });

  test.each([
    ['an unknown type', 'InvalidInstanceAttributeValue', 'm7i.huge'],
    ['another architecture', 'InvalidInstanceAttributeValue', 'm7g.large'],
    ['a type that the zone does not offer', 'Unsupported', 'p3dn.24xlarge'],
  ])('is not changed to %s: %s', async (_, name, type) => {
    const id = await launchStopped(fixture);
    await expect(resize(id, type)).rejects.toMatchObject({ name });
    expect(await typeOf(id)).toBe('m7i.large');
  });

  test('of an instance that is not stopped is not changed', async () => {
    const id = await launchReady(fixture);
    await expect(resize(id, 'm7i.xlarge')).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
      message: `The instance '${id}' is not in the 'stopped' state.`,
    });
  });

  test('counts where it now is: capacity of the new type decides the start', async () => {
    const id = await launchStopped(fixture);
    await resize(id, 'm7i.xlarge');
    await fixture.steer('POST', '/faults/no-capacity', { instanceType: 'm7i.xlarge' });
    await expect(start(fixture, [id])).rejects.toMatchObject({ name: 'InsufficientInstanceCapacity' });
  });
});

test('one attribute a call, and at least one', async () => {
  const id = await launchStopped(fixture);
  const both = { InstanceType: { Value: 't3.large' }, DisableApiTermination: { Value: true } };
  const refused = { name: 'InvalidParameterCombination' };
  await expect(modify(id, both)).rejects.toMatchObject(refused);
  await expect(modify(id, {})).rejects.toMatchObject(refused);
});

describe('termination protection', () => {
  const refusal = (id: string) => ({
    name: 'OperationNotPermitted',
    message: `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  });

  test('refuses TerminateInstances until it is taken away', async () => {
    const id = await launchReady(fixture);
    await protect(id, true);
    await expect(terminate(fixture, [id])).rejects.toMatchObject(refusal(id));
    expect(await stateOf(fixture, id)).toBe('running');
    await protect(id, false);
    await terminate(fixture, [id]);
    expect(await stateOf(fixture, id)).toBe('shutting-down');
  });

  test('can be had from the launch, and from the steering', async () => {
    const launched = await launchReady(fixture, { DisableApiTermination: true });
    await expect(terminate(fixture, [launched])).rejects.toMatchObject(refusal(launched));
    const steered = await launchReady(fixture);
    await fixture.steer('PATCH', `/instances/${steered}`, { terminationProtected: true });
    await expect(terminate(fixture, [steered])).rejects.toMatchObject(refusal(steered));
  });

  test('saves the others of its zone only: another zone’s are terminated although the call fails', async () => {
    const kept = await launchOne(fixture, { DisableApiTermination: true });
    const sameZone = await launchOne(fixture);
    const otherZone = await launchOne(fixture, { SubnetId: subnetB });
    await expect(terminate(fixture, [sameZone, otherZone, kept])).rejects.toMatchObject(refusal(kept));
    expect(await stateOf(fixture, sameZone)).toBe('pending');
    expect(await stateOf(fixture, otherZone)).toBe('shutting-down');
  });
});

test('a reboot that is steered to be ignored is accepted, and the boot id stays', async () => {
  const id = await launchReady(fixture);
  const bootId = async () =>
    (await fixture.steer<{ host: { bootId: string } }>('GET', `/instances/${id}`)).host.bootId;
  const reboot = () => fixture.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
  const before = await bootId();
  await fixture.steer('PATCH', `/instances/${id}`, { rebootIgnored: true });
  await reboot();
  fixture.advance(100);
  expect(await bootId()).toBe(before);
  await fixture.steer('PATCH', `/instances/${id}`, { rebootIgnored: false });
  await reboot();
  fixture.advance(100);
  expect(await bootId()).not.toBe(before);
});
