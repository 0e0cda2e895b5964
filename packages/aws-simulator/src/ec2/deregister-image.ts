import { AwsError } from '../http/aws-error.ts';
import { imageStateAt } from '../state/images.ts';
import { deregister } from './create-image.ts';
import type { Ec2Call } from './ec2-call.ts';
import { checkImageId, imageNotFound, isKnownImage } from './launchable-image.ts';
import { requiredText } from './query-form.ts';
import type { XmlObject } from './xml.ts';

/** DeregisterImage: of one's own; its snapshot stays. */
export function deregisterImage({ world, form, region }: Ec2Call): XmlObject {
  const imageId = requiredText(form, 'ImageId');
  checkImageId(imageId);
  if (!isKnownImage(world, region, imageId)) throw imageNotFound(imageId);
  if (!world.images.get(imageId)) {
    throw new AwsError('AuthFailure', `Not authorized for image:${imageId}`, 403);
  }
  if (imageStateAt(world, imageId, world.clock.now()) === 'deregistered') {
    throw new AwsError('InvalidAMIID.Unavailable', `The image ID '${imageId}' is no longer available`);
  }
  deregister(world, imageId);
  return { return: true };
}
