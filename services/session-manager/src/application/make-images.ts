import pMap from 'p-map';
import { decideImageStep, isAskedAgain } from '../domain/decide-image.ts';
import { imageNameOf, imageRequestOf } from '../domain/image-request.ts';
import type { ImageStatus } from '../domain/image-status.ts';
import type { AwsFailure } from '../domain/reasons.ts';
import {
  alertOverdue,
  guarded,
  type ImageDeps,
  nowOf,
  postponeForFailure,
  reasonOfImageFailure,
  tellOperators,
} from './image-deps.ts';
import { pollImages } from './poll-images.ts';

/** CreateImage answers within seconds; the few of a busy day need not wait for each other. */
const callsAtOnce = 4;

/**
 * One look at all images that are not finished: begins those that were asked for, and asks EC2 how far the others are.
 * An image is made exactly once: its name at EC2 is its id, and EC2 refuses a second image of the same name.
 */
export async function makeImages(deps: ImageDeps): Promise<void> {
  await deps.store.takeUp(nowOf(deps));
  const due = await deps.store.due(nowOf(deps));
  const asked = due.filter(({ state }) => state === 'requested');
  const pending = due.filter(({ state }) => state === 'pending');
  await Promise.all([
    pMap(asked, (image) => guarded(deps, image, () => advance(deps, image)), { concurrency: callsAtOnce }),
    pollImages(deps, pending),
  ]);
}

async function advance(deps: ImageDeps, image: ImageStatus): Promise<void> {
  const { lookUpFirst, step } = decideImageStep(image, nowOf(deps), deps.settings);
  if (lookUpFirst && (await isSettledByLookUp(deps, image))) return;
  switch (step.do) {
    case 'wait':
      return;
    case 'ask':
      return ask(deps, image);
    case 'give-up-late':
      alertOverdue(deps, image);
      return deps.store.change(image.id, { state: 'failed', reason: step.reason }, nowOf(deps));
    case 'fail':
      return deps.store.change(image.id, { state: 'failed', reason: step.reason }, nowOf(deps));
    default:
      step satisfies never;
  }
}

/** Whether there is nothing else to do now: the image was found, or EC2 did not say whether there is one. */
async function isSettledByLookUp(deps: ImageDeps, image: ImageStatus): Promise<boolean> {
  const answer = await deps.maker.findByName(imageNameOf(image));
  if ('failure' in answer) {
    await postponeForFailure(deps, image, answer.failure);
    return true;
  }
  if (answer.amiId === null) return false;
  await recordPending(deps, image, answer.amiId);
  return true;
}

async function ask(deps: ImageDeps, image: ImageStatus): Promise<void> {
  if (deps.bucket.available(deps.monotonic()) < 1) return;
  deps.bucket.take(1, deps.monotonic());
  if (!(await deps.mayAct()) || !(await deps.store.beginCall(image.id, nowOf(deps)))) return;
  const answer = await deps.maker.create(imageRequestOf(image, deps.clusterId));
  if ('amiId' in answer) return recordPending(deps, image, answer.amiId);
  if ('nameTaken' in answer) {
    // An earlier call made it. If EC2 does not show it yet, the next pass finds it.
    await isSettledByLookUp(deps, image);
    return;
  }
  await recordRefusal(deps, image, answer.failure);
}

function recordPending({ store, ...deps }: ImageDeps, { id }: ImageStatus, amiId: string): Promise<void> {
  return store.change(id, { state: 'pending', amiId, reason: null, failedCalls: 0 }, nowOf(deps));
}

async function recordRefusal(deps: ImageDeps, image: ImageStatus, failure: AwsFailure): Promise<void> {
  if (failure.kind === 'throttled') deps.bucket.drain(deps.monotonic());
  if (isAskedAgain(failure, image)) return postponeForFailure(deps, image, failure);
  tellOperators(deps, image, failure);
  const reason = reasonOfImageFailure(failure);
  await deps.store.change(image.id, { state: 'failed', reason }, nowOf(deps));
}
