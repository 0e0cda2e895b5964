import type { StateReason } from '@deskfleet/contracts';
import type { Clock, Logger } from '@deskfleet/runtime';
import { retryDelaySeconds } from '../domain/decide-call-failure.ts';
import type { ImageSettings } from '../domain/decide-image.ts';
import type { ImageStatus } from '../domain/image-status.ts';
import { type AwsFailure, reasonOfFailure } from '../domain/reasons.ts';
import { after } from '../domain/settings.ts';
import type { TokenBucket } from '../domain/token-bucket.ts';
import type { ImageStore } from './image-store.ts';
import type { Alert, ImageMaker } from './ports.ts';

/** What the making of images needs. */
export interface ImageDeps {
  store: ImageStore;
  maker: ImageMaker;
  /** How many CreateImage calls may be made now. */
  bucket: TokenBucket;
  /** Renews the right to act, before each call to AWS; false when another replica has it. */
  mayAct: () => Promise<boolean>;
  clusterId: string;
  settings: ImageSettings & { pollSeconds: number };
  clock: Clock;
  monotonic: () => number;
  random: () => number;
  /** Whether an error comes from a server that is away, and is nobody's fault. */
  isPassing: (error: unknown) => boolean;
  alert: Alert;
  logger: Logger;
}

/** An image that cannot be worked on keeps no other waiting; a database that is away does. */
export async function guarded(
  { isPassing, logger }: ImageDeps,
  { id }: ImageStatus,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isPassing(error)) throw error;
    logger.error({ err: error, imageId: id }, 'an image could not be worked on; trying again next time');
  }
}

/** Looks at the image again later, each time after a longer while, and says why it is not further. */
export async function postponeForFailure(
  deps: ImageDeps,
  image: ImageStatus,
  failure: AwsFailure,
): Promise<void> {
  tellOperators(deps, image, failure);
  const now = nowOf(deps);
  const failedCalls = image.failedCalls + 1;
  const nextLookAt = after(now, { seconds: retryDelaySeconds(failedCalls, deps.random()) });
  await deps.store.change(image.id, { reason: reasonOfImageFailure(failure), failedCalls, nextLookAt }, now);
}

export function reasonOfImageFailure(failure: AwsFailure): StateReason {
  return reasonOfFailure(failure, 'make an image of the machine');
}

export function tellOperators({ logger, alert }: ImageDeps, image: ImageStatus, failure: AwsFailure): void {
  const { id: imageId, sessionId } = image;
  logger.warn({ imageId, sessionId, failure }, 'AWS refused a call for an image');
  if (failure.kind !== 'unauthorized') return;
  alert('aws-refuses', { imageId, sessionId, failure }, 'AWS does not let us make an image');
}

export function alertOverdue({ alert }: Pick<ImageDeps, 'alert'>, image: ImageStatus): void {
  const { id: imageId, sessionId, amiId } = image;
  alert(
    'image-overdue',
    { imageId, sessionId, amiId },
    'an image was not finished in time and is given up; look for it at AWS',
  );
}

export function nowOf({ clock }: Pick<ImageDeps, 'clock'>): Date {
  return clock.now().toJSDate();
}
