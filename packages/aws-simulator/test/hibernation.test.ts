import { type Instance, ModifyInstanceAttributeCommand, RebootInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  describeOne,
  type Fixture,
  launch,
  launchOne,
  launchReady,
  start,
  startFixture,
  stop,
  windowsImage,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

interface SimulatedInstance {
  state: string;
  hibernated: boolean;
  host: { phase: string; bootId: string | null };
}

const view = (id: string) => fixture.steer<SimulatedInstance>('GET', `/instances/${id}`);
const hibernate = (id: string) => stop(fixture, [id], { Hibernate: true });
const reasonOf = (instance: Instance) => instance.StateReason?.Code;

const rootVolume = (DeviceName: string, Ebs: object) => ({
  HibernationOptions: { Configured: true },
  BlockDeviceMappings: [{ DeviceName, Ebs: { VolumeSize: 50, Encrypted: true, ...Ebs } }],
});
const hibernating = rootVolume('/dev/xvda', {});
const windowsHibernating = { ...rootVolume('/dev/sda1', {}), ImageId: windowsImage };

test('hibernation keeps the boot; a plain stop and a reboot do not', async () => {
  const id = await launchReady(fixture, hibernating);
  const { bootId } = (await view(id)).host;
  await hibernate(id);
  fixture.advance(80);
  expect(await view(id)).toMatchObject({ state: 'stopped', hibernated: true });
  await start(fixture, [id]);
  fixture.advance(100);
  expect((await view(id)).host.bootId).toBe(bootId);
  await fixture.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
  fixture.advance(100);
  const rebooted = (await view(id)).host.bootId;
  expect(rebooted).not.toBe(bootId);
  await stop(fixture, [id]);
  fixture.advance(40);
  expect(reasonOf(await describeOne(fixture, id))).toBe('Client.UserInitiatedShutdown');
  await start(fixture, [id]);
  fixture.advance(100);
  expect((await view(id)).host.bootId).not.toBe(rebooted);
});

test('the state reason says hibernation from the first moment, and when it is done', async () => {
  const id = await launchReady(fixture, hibernating);
  await hibernate(id);
  const stopping = await describeOne(fixture, id);
  expect(stopping.State?.Name).toBe('stopping');
  expect(reasonOf(stopping)).toBe('Client.UserInitiatedHibernate');
  fixture.advance(80);
  const stopped = await describeOne(fixture, id);
  expect(stopped.State?.Name).toBe('stopped');
  expect(reasonOf(stopped)).toBe('Client.UserInitiatedHibernate');
});

describe('a launch with hibernation is refused for', () => {
  test.each([
    ['an unencrypted root volume', rootVolume('/dev/xvda', { Encrypted: false })],
    ['a root volume no larger than the memory', rootVolume('/dev/xvda', { VolumeSize: 8 })],
    ['a magnetic root volume', rootVolume('/dev/xvda', { VolumeType: 'standard' })],
    ['a type without hibernation', { ...hibernating, InstanceType: 'g5.xlarge' as const }],
    ['bare metal', { ...rootVolume('/dev/xvda', { VolumeSize: 500 }), InstanceType: 'm5.metal' as const }],
    ['Windows with more than 16 GiB', { ...windowsHibernating, InstanceType: 'm7i.2xlarge' as const }],
  ])('%s', async (_, change) => {
    await expect(launch(fixture, change)).rejects.toMatchObject({
      name: 'UnsupportedHibernationConfiguration',
    });
  });

  test('but Windows with 16 GiB and Linux with 128 GiB are accepted', async () => {
    await expect(
      launch(fixture, { ...windowsHibernating, InstanceType: 'm7i.xlarge' }),
    ).resolves.toHaveLength(1);
    const large = { ...rootVolume('/dev/xvda', { VolumeSize: 200 }), InstanceType: 'r7i.4xlarge' as const };
    await expect(launch(fixture, large)).resolves.toHaveLength(1);
  });
});

test('hibernation is refused where it was not configured, and until the host is up', async () => {
  const plain = await launchReady(fixture);
  await expect(hibernate(plain)).rejects.toMatchObject({
    name: 'UnsupportedHibernationConfiguration',
    message: expect.stringMatching(new RegExp(`: ${plain}$`)),
  });
  const fresh = await launchOne(fixture, hibernating);
  fixture.advance(30);
  await expect(hibernate(fresh)).rejects.toMatchObject({
    name: 'UnsupportedOperation',
    message: `Instance ${fresh} is not ready to hibernate yet, retry in a few minutes`,
  });
});

describe('steered hibernation', () => {
  const steerTo = (id: string, hibernation: string) =>
    fixture.steer('PATCH', `/instances/${id}`, { hibernation });

  test('refused: the call fails, the desktop stays', async () => {
    const id = await launchReady(fixture, hibernating);
    await steerTo(id, 'refused');
    await expect(hibernate(id)).rejects.toMatchObject({ name: 'UnsupportedHibernationConfiguration' });
    expect((await view(id)).state).toBe('running');
    await expect(stop(fixture, [id])).resolves.toBeDefined();
  });

  test('falls back to a stop: accepted as a hibernation, and in the end none', async () => {
    const id = await launchReady(fixture, hibernating);
    const { bootId } = (await view(id)).host;
    await steerTo(id, 'falls-back-to-stop');
    await hibernate(id);
    expect(reasonOf(await describeOne(fixture, id))).toBe('Client.UserInitiatedHibernate');
    fixture.advance(80);
    expect(await view(id)).toMatchObject({ state: 'stopped', hibernated: false });
    expect(reasonOf(await describeOne(fixture, id))).toBe('Client.UserInitiatedShutdown');
    await start(fixture, [id]);
    fixture.advance(100);
    expect((await view(id)).host.bootId).not.toBe(bootId);
  });

  test('hangs: stopping until it is forced, which is no hibernation', async () => {
    const id = await launchReady(fixture, hibernating);
    await steerTo(id, 'hangs');
    await hibernate(id);
    fixture.advance(3600);
    expect(await view(id)).toMatchObject({ state: 'stopping' });
    await stop(fixture, [id], { Force: true });
    fixture.advance(20);
    expect(await view(id)).toMatchObject({ state: 'stopped', hibernated: false });
  });
});

test('the type of an instance that is enabled for hibernation cannot be changed, asleep or stopped', async () => {
  const id = await launchReady(fixture, hibernating);
  const InstanceType = { Value: 'm7i.xlarge' };
  const resize = () => fixture.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType }));
  await hibernate(id);
  fixture.advance(80);
  await expect(resize()).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
  await start(fixture, [id]);
  fixture.advance(100);
  await stop(fixture, [id]);
  fixture.advance(40);
  await expect(resize()).rejects.toMatchObject({ name: 'UnsupportedOperation' });
  expect((await describeOne(fixture, id)).InstanceType).toBe('m7i.large');
});
