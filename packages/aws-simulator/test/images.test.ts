import {
  CreateImageCommand,
  type CreateImageCommandInput,
  CreateTagsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DescribeSnapshotsCommand,
  type Image,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  describeOne,
  type Fixture,
  launch,
  launchOne,
  launchReady,
  linuxImage,
  startFixture,
  stateOf,
  terminate,
  windowsImage,
} from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

async function createImage(InstanceId: string, change: Partial<CreateImageCommandInput> = {}) {
  const input = { InstanceId, Name: 'my image', NoReboot: true, ...change };
  return (await fixture.ec2.send(new CreateImageCommand(input))).ImageId ?? '';
}

async function describeImages(input: DescribeImagesCommandInput): Promise<Image[]> {
  return (await fixture.ec2.send(new DescribeImagesCommand(input))).Images ?? [];
}

async function imageOf(id: string): Promise<Image | undefined> {
  return (await describeImages({ ImageIds: [id] }))[0];
}

async function snapshotOf(image: Image | undefined) {
  const SnapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  const answer = await fixture.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }));
  return answer.Snapshots?.[0];
}

const deregister = (ImageId: string) => fixture.ec2.send(new DeregisterImageCommand({ ImageId }));
const bootIdOf = async (id: string) =>
  (await fixture.steer<{ host: { bootId: string } }>('GET', `/instances/${id}`)).host.bootId;

describe('an image of an instance', () => {
  test('is pending while its snapshot is written, and then available', async () => {
    const id = await launchReady(fixture);
    const imageId = await createImage(id);
    expect(await imageOf(imageId)).toMatchObject({ State: 'pending', Name: 'my image', Public: false });
    fixture.advance(4);
    expect(await snapshotOf(await imageOf(imageId))).toMatchObject({ State: 'pending', Progress: '40%' });
    fixture.advance(6);
    expect((await imageOf(imageId))?.State).toBe('available');
    expect(await snapshotOf(await imageOf(imageId))).toMatchObject({ State: 'completed', Progress: '100%' });
  });

  test('launches as its source was: root volume, encryption, platform, architecture', async () => {
    const source = await launchReady(fixture, {
      ImageId: windowsImage,
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 70, Encrypted: true } }],
    });
    const ImageId = await createImage(source);
    fixture.advance(10);
    expect(await imageOf(ImageId)).toMatchObject({
      Platform: 'windows',
      Architecture: 'x86_64',
      RootDeviceName: '/dev/sda1',
      BlockDeviceMappings: [{ Ebs: { VolumeSize: 70, Encrypted: true } }],
    });
    const small = [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 69 } }];
    await expect(launch(fixture, { ImageId, BlockDeviceMappings: small })).rejects.toMatchObject({
      name: 'InvalidBlockDeviceMapping',
    });
    await terminate(fixture, [source]);
    const copy = await launchOne(fixture, { ImageId, InstanceType: 'm7i.large' });
    expect(await describeOne(fixture, copy)).toMatchObject({ Platform: 'windows', ImageId });
    await expect(launch(fixture, { ImageId, InstanceType: 'm7g.large' })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  test('cannot be launched while it is pending', async () => {
    const ImageId = await createImage(await launchReady(fixture));
    await expect(launch(fixture, { ImageId })).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' });
  });

  test('restarts the instance, unless NoReboot', async () => {
    const id = await launchReady(fixture);
    const before = await bootIdOf(id);
    await createImage(id, { Name: 'without' });
    expect(await bootIdOf(id)).toBe(before);
    await createImage(id, { Name: 'with', NoReboot: false });
    expect(await bootIdOf(id)).not.toBe(before);
  });

  test('has a name of its own in the account, which deregistering gives back', async () => {
    const id = await launchReady(fixture);
    const first = await createImage(id);
    await expect(createImage(id)).rejects.toMatchObject({
      name: 'InvalidAMIName.Duplicate',
      message: `AMI name my image is already in use by AMI ${first}`,
    });
    await deregister(first);
    await expect(createImage(id)).resolves.not.toBe(first);
  });

  test.each(['ab', 'a'.repeat(129), 'no:colon'])('is not named %s', async (Name) => {
    const id = await launchReady(fixture);
    await expect(createImage(id, { Name })).rejects.toMatchObject({ name: 'InvalidAMIName.Malformed' });
  });

  test('needs an instance that has been running', async () => {
    const pending = await launchOne(fixture);
    await expect(createImage(pending)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('is tagged, and found by name, tag and owner', async () => {
    const id = await launchReady(fixture);
    const tags = (value: string) => [{ Key: 'deskfleet:cluster', Value: value }];
    const imageId = await createImage(id, {
      Description: 'of alice',
      TagSpecifications: [
        { ResourceType: 'image', Tags: tags('a') },
        { ResourceType: 'snapshot', Tags: tags('b') },
      ],
    });
    const idsFor = async (input: DescribeImagesCommandInput) =>
      (await describeImages(input)).map((image) => image.ImageId);
    expect(await idsFor({ Owners: ['self'] })).toEqual([imageId]);
    expect(await idsFor({ Filters: [{ Name: 'name', Values: ['my *'] }] })).toEqual([imageId]);
    expect(await idsFor({ Filters: [{ Name: 'tag:deskfleet:cluster', Values: ['a'] }] })).toEqual([imageId]);
    expect(await idsFor({ Owners: ['amazon'] })).not.toContain(imageId);
    expect(await imageOf(imageId)).toMatchObject({ Description: 'of alice', Tags: tags('a') });
    expect((await snapshotOf(await imageOf(imageId)))?.Tags).toEqual(tags('b'));
    await fixture.ec2.send(new CreateTagsCommand({ Resources: [imageId], Tags: tags('c') }));
    expect((await imageOf(imageId))?.Tags).toEqual(tags('c'));
  });

  test('fails or hangs as steered, from its request or while it is under way', async () => {
    const id = await launchReady(fixture);
    await fixture.steer('PATCH', '/faults', { images: 'fails' });
    const failing = await createImage(id, { Name: 'failing' });
    await fixture.steer('PATCH', '/faults', { images: 'ok' });
    const hanging = await createImage(id, { Name: 'hanging' });
    await fixture.steer('PATCH', `/images/${hanging}`, { outcome: 'hangs' });
    fixture.advance(3600);
    expect(await imageOf(failing)).toMatchObject({
      State: 'failed',
      StateReason: { Code: 'Server.InternalError' },
    });
    expect((await snapshotOf(await imageOf(failing)))?.State).toBe('error');
    expect((await imageOf(hanging))?.State).toBe('pending');
    expect((await snapshotOf(await imageOf(hanging)))?.Progress).toBe('99%');
    await fixture.steer('PATCH', `/images/${hanging}`, { outcome: 'ok' });
    expect((await imageOf(hanging))?.State).toBe('available');
  });

  test('takes as long as steered', async () => {
    await fixture.steer('PATCH', '/delays', { imageSeconds: 600 });
    const imageId = await createImage(await launchReady(fixture));
    fixture.advance(599);
    expect((await imageOf(imageId))?.State).toBe('pending');
    fixture.advance(1);
    expect((await imageOf(imageId))?.State).toBe('available');
  });
});

describe('a deregistered image', () => {
  test('is unavailable for an hour and then unknown; its instances go on, its snapshot stays', async () => {
    const source = await launchReady(fixture);
    const ImageId = await createImage(source);
    fixture.advance(10);
    const image = await imageOf(ImageId);
    const instance = await launchOne(fixture, { ImageId });
    await deregister(ImageId);
    await expect(launch(fixture, { ImageId })).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' });
    await expect(deregister(ImageId)).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' });
    expect(await describeImages({ ImageIds: [ImageId] })).toEqual([]);
    fixture.advance(3600);
    await expect(launch(fixture, { ImageId })).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
    await expect(imageOf(ImageId)).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' });
    expect(await describeOne(fixture, instance)).toMatchObject({ ImageId, PlatformDetails: 'Linux/UNIX' });
    expect((await snapshotOf(image))?.State).toBe('completed');
  });

  test('may be a published one, which nobody but the steering can take away and bring back', async () => {
    await expect(deregister(linuxImage)).rejects.toMatchObject({ name: 'AuthFailure' });
    const id = await launchOne(fixture, { ClientToken: 'before' });
    await fixture.steer('DELETE', `/images/${linuxImage}`);
    await expect(launch(fixture)).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' });
    expect(await stateOf(fixture, id)).toBe('pending');
    expect(await launchOne(fixture, { ClientToken: 'before' })).toBe(id);
    const { images } = await fixture.steer<{ images: object[] }>('GET', '/images');
    expect(images).toContainEqual(expect.objectContaining({ imageId: linuxImage, state: 'deregistered' }));
    await fixture.steer('POST', `/images/${linuxImage}/restore`);
    await expect(launch(fixture)).resolves.toHaveLength(1);
  });

  test('is back after a reset', async () => {
    await fixture.steer('DELETE', `/images/${linuxImage}`);
    await fixture.steer('POST', '/reset');
    await expect(launch(fixture)).resolves.toHaveLength(1);
  });
});
