import { type Image, publishedImages } from '../catalogue/images.ts';
import type { ImageRecord } from './records.ts';
import type { World } from './world.ts';

/** States of the EC2 API's Image; a deregistered image is shown to nobody. */
export type ImageState = 'pending' | 'available' | 'failed' | 'deregistered';

/** The image that an id has ever stood for: instances outlive their image. */
export function findImage(world: World, imageId: string): Image | undefined {
  return publishedImages.get(imageId) ?? world.images.get(imageId)?.image;
}

/** The images of a region that somebody may see at `at`: the published ones, and those made there. */
export function visibleImages(world: World, region: string, at: number): Image[] {
  const made = [...world.images.values()].filter(
    (record) => record.region === region && record.requestedAt <= at,
  );
  return [...publishedImages.values(), ...made.map((record) => record.image)].filter(
    (image) => imageStateAt(world, image.imageId, at) !== 'deregistered',
  );
}

/** The state of an image that exists or existed. */
export function imageStateAt(world: World, imageId: string, at: number): ImageState {
  const deregistration = world.deregistrations.get(imageId);
  if (deregistration && deregistration.at <= at) return 'deregistered';
  const made = world.images.get(imageId);
  return made ? madeImageState(made, at) : 'available';
}

function madeImageState({ outcome, finishedAt }: ImageRecord, at: number): ImageState {
  if (outcome === 'hangs' || at < finishedAt) return 'pending';
  return outcome === 'fails' ? 'failed' : 'available';
}

/** Percent of the snapshot that is written: all of it only once the image is available. */
export function snapshotProgress(made: ImageRecord, at: number): number {
  const { outcome, requestedAt, finishedAt } = made;
  const share = (at - requestedAt) / Math.max(1, finishedAt - requestedAt);
  const unfinished = outcome !== 'ok' || at < finishedAt;
  return Math.floor(Math.min(Math.max(share, 0) * 100, unfinished ? 99 : 100));
}

/** An hour or so after an image was deregistered, its id is unknown. */
export function isForgotten(world: World, imageId: string, at: number): boolean {
  const deregistration = world.deregistrations.get(imageId);
  const { terminatedVisibleSeconds } = world.delays;
  return deregistration !== undefined && at >= deregistration.at + terminatedVisibleSeconds * 1000;
}
