import type { Image } from '../catalogue/images.ts';
import { AwsError } from '../http/aws-error.ts';
import type { VolumeRecord } from '../state/records.ts';
import { type FormObject, flagOf, integerOf, objectOf, objectsOf, textOf } from './query-form.ts';

export type RootVolume = Omit<VolumeRecord, 'volumeId'>;

const volumeTypes = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'];

/** The root volume that a RunInstances request asks for. Other volumes are accepted and not modelled. */
export function readRootVolume(form: FormObject, image: Image, tags: Record<string, string>): RootVolume {
  const mapping = objectsOf(form, 'BlockDeviceMapping').find(
    (candidate) => textOf(candidate, 'DeviceName') === image.system.rootDeviceName,
  );
  const ebs = objectOf(mapping ?? {}, 'Ebs');
  const sizeGiB = integerOf(ebs, 'VolumeSize') ?? image.rootSizeGiB;
  if (sizeGiB < image.rootSizeGiB) {
    throw new AwsError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${sizeGiB}GB is smaller than snapshot '${image.rootSnapshotId}', expect size>= ${image.rootSizeGiB}GB`,
    );
  }
  const type = textOf(ebs, 'VolumeType') ?? 'gp3';
  if (!volumeTypes.includes(type)) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${type}' for VolumeType.`);
  }
  return {
    sizeGiB,
    type,
    iops: integerOf(ebs, 'Iops') ?? (type === 'gp3' ? 3000 : null),
    throughput: integerOf(ebs, 'Throughput') ?? (type === 'gp3' ? 125 : null),
    encrypted: image.rootEncrypted || (flagOf(ebs, 'Encrypted') ?? false),
    kmsKeyId: textOf(ebs, 'KmsKeyId') ?? null,
    deleteOnTermination: flagOf(ebs, 'DeleteOnTermination') ?? true,
    tags,
  };
}
