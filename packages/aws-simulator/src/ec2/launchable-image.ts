import { type Image, publicImageParameters } from '../catalogue/images.ts';
import { AwsError } from '../http/aws-error.ts';
import { findImage, imageStateAt, isForgotten } from '../state/images.ts';
import type { World } from '../state/world.ts';

const imageIdFormat = /^ami-[0-9a-f]{8,17}$/;

export function checkImageId(imageId: string): void {
  if (imageIdFormat.test(imageId)) return;
  throw new AwsError('InvalidAMIID.Malformed', `Invalid id: "${imageId}" (expecting "ami-...")`);
}

export function imageNotFound(imageId: string): AwsError {
  return new AwsError('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);
}

/** True for an image that there is, or recently was, in the region. */
export function isKnownImage(world: World, region: string, imageId: string): boolean {
  if (!findImage(world, imageId) || isForgotten(world, imageId, world.clock.now())) return false;
  return (world.images.get(imageId)?.region ?? region) === region;
}

/** The image that a launch names, by id or by `resolve:ssm:PARAMETER`; throws unless it can be launched from. */
export function launchableImage(world: World, region: string, named: string): Image {
  const imageId = named.startsWith('resolve:ssm:') ? publicImageParameters.get(named.slice(12)) : named;
  if (imageId === undefined) throw imageNotFound(named);
  checkImageId(imageId);
  const image = findImage(world, imageId);
  if (!image || !isKnownImage(world, region, imageId)) throw imageNotFound(imageId);
  const state = imageStateAt(world, imageId, world.clock.now());
  if (state === 'available') return image;
  // InvalidAMIID.Unavailable: deregistered, or not in a state from which one can launch (EC2 error codes).
  throw new AwsError(
    'InvalidAMIID.Unavailable',
    state === 'deregistered'
      ? `The image ID '${imageId}' is no longer available`
      : `The AMI ID '${imageId}' is currently ${state} and may not be used for this operation`,
  );
}
