import { accountId } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import { newResourceId } from '../state/identifiers.ts';
import { findImage, visibleImages } from '../state/images.ts';
import type { ImageRecord, InstanceRecord } from '../state/records.ts';
import { stateNow, type World } from '../state/world.ts';
import { type Ec2Call, requireInstances } from './ec2-call.ts';
import { flagOf, requiredText, textOf } from './query-form.ts';
import { rebootInstance } from './reboot-instances.ts';
import { specifiedTags } from './tags.ts';
import type { XmlObject } from './xml.ts';

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
const nameFormat = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;

function readName({ world, form, region }: Ec2Call): string {
  const name = requiredText(form, 'Name');
  if (!nameFormat.test(name)) {
    throw new AwsError(
      'InvalidAMIName.Malformed',
      `AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'`,
    );
  }
  // Names are unique among the account's own images of the region; deregistering gives one back.
  const own = visibleImages(world, region, world.clock.now()).filter((image) =>
    world.images.get(image.imageId),
  );
  const other = own.find((image) => image.name === name);
  if (!other) return name;
  throw new AwsError(
    'InvalidAMIName.Duplicate',
    `AMI name ${name} is already in use by AMI ${other.imageId}`,
  );
}

function readSource(call: Ec2Call): InstanceRecord {
  const id = requiredText(call.form, 'InstanceId');
  const [instance] = requireInstances(call, [id], call.world.clock.now());
  const state = instance && stateNow(call.world, instance);
  if (instance && (state === 'running' || state === 'stopping' || state === 'stopped')) return instance;
  throw new AwsError(
    'InvalidParameterValue',
    `Invalid value '${id}' for instanceId. Instance is not in state 'running' or 'stopping' or 'stopped'`,
  );
}

function imageOf(call: Ec2Call, instance: InstanceRecord, name: string): ImageRecord {
  const { world, form, region } = call;
  const source = findImage(world, instance.imageId);
  if (!source) throw new Error(`instance ${instance.instanceId} has no image`);
  const now = world.clock.now();
  return {
    image: {
      ...source,
      imageId: newResourceId('ami'),
      name,
      description: textOf(form, 'Description') ?? '',
      // Made of this account's own snapshot.
      system: { ...source.system, ownerId: accountId, ownerAlias: null },
      rootSnapshotId: newResourceId('snap'),
      rootSizeGiB: instance.volume.sizeGiB,
      rootEncrypted: instance.volume.encrypted,
      createdAt: new Date(now).toISOString(),
    },
    region,
    sourceInstanceId: instance.instanceId,
    sourceVolumeId: instance.volume.volumeId,
    tags: specifiedTags(form, 'image'),
    snapshotTags: specifiedTags(form, 'snapshot'),
    requestedAt: now,
    finishedAt: now + world.delays.imageSeconds * 1000,
    outcome: world.faults.images,
  };
}

/** CreateImage of an instance's root volume. Without NoReboot, EC2 restarts a running instance for it. */
export function createImage(call: Ec2Call): XmlObject {
  const { world, form } = call;
  const name = readName(call);
  const instance = readSource(call);
  const made = imageOf(call, instance, name);
  world.images.put(made.image.imageId, made);
  const reboots = !(flagOf(form, 'NoReboot') ?? false) && stateNow(world, instance) === 'running';
  if (reboots) rebootInstance(world, instance);
  return { imageId: made.image.imageId };
}

/** Takes an image away; instances that were launched from it go on. */
export function deregister(world: World, imageId: string): void {
  world.deregistrations.put(imageId, { imageId, at: world.clock.now() });
}
