import type { Image } from '../catalogue/images.ts';
import type { InstanceType } from '../catalogue/instance-types.ts';
import { AwsError } from '../http/aws-error.ts';
import type { RootVolume } from './root-volume.ts';

const volumeTypes = ['gp2', 'gp3', 'io1', 'io2'];

function fits(type: InstanceType, image: Image, volume: RootVolume): boolean {
  const memoryGiB = type.memoryMiB / 1024;
  const isSmallEnough = image.system.platform === 'windows' ? memoryGiB <= 16 : memoryGiB < 150;
  // The memory is written to the root volume, beside the system.
  return isSmallEnough && volume.sizeGiB > memoryGiB && volumeTypes.includes(volume.type);
}

/** Throws unless an instance may be enabled for hibernation (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html). */
export function checkHibernationPrerequisites(type: InstanceType, image: Image, volume: RootVolume): void {
  const code = 'UnsupportedHibernationConfiguration';
  if (!volume.encrypted) {
    throw new AwsError(code, 'For hibernation, the root device volume must be encrypted.');
  }
  if (type.hibernation && fits(type, image, volume)) return;
  throw new AwsError(
    code,
    'The instance could not be launched because one or more parameter values do not meet the prerequisites for enabling ' +
      'hibernation.',
  );
}
