import type { StateReason } from '@deskfleet/contracts';
import { imageReasons } from './image-reasons.ts';
import type { ImageObservation, ImageStatus } from './image-status.ts';
import type { AwsFailure } from './reasons.ts';
import { after } from './settings.ts';

export interface ImageSettings {
  /** How long an image may take from its request on. */
  timeoutHours: number;
}

/** What to do for an image that EC2 has not accepted yet. */
export interface ImageStep {
  /**
   * EC2 may have made it already, though no answer said so: it is looked up by its name first, and only where that shows
   * nothing the step is done.
   */
  lookUpFirst: boolean;
  step: { do: 'wait' } | { do: 'ask' } | { do: 'fail' | 'give-up-late'; reason: StateReason };
}

/** How long an image may be missing from EC2's answers, which lag, before it counts as gone or never made. */
const settleMinutes = 10;

/** The next step for an image that was asked for; a wait is looked at again at the next pass. */
export function decideImageStep(image: ImageStatus, now: Date, settings: ImageSettings): ImageStep {
  return { lookUpFirst: image.calledAt !== null, step: nextStep(image, now, settings) };
}

function nextStep(image: ImageStatus, now: Date, settings: ImageSettings): ImageStep['step'] {
  const { session, calledAt } = image;
  if (isOverdue(image, now, settings)) {
    return { do: 'give-up-late', reason: imageReasons.timeout(settings.timeoutHours) };
  }
  const isGone = !session?.instanceId || session.desired === 'terminated' || session.state === 'terminated';
  if (isGone) {
    const mayExist = calledAt !== null && now < after(calledAt, { minutes: settleMinutes });
    return mayExist ? { do: 'wait' } : { do: 'fail', reason: imageReasons.instanceGone };
  }
  // EC2 makes images of instances that run or are stopped; one that is still `pending` is neither.
  return session.state === 'provisioning' ? { do: 'wait' } : { do: 'ask' };
}

function isOverdue({ startedAt }: ImageStatus, now: Date, { timeoutHours }: ImageSettings): boolean {
  return now >= after(startedAt, { hours: timeoutHours });
}

/** A refusal that may pass is tried again this often; with the delays of `retryDelaySeconds` that is four to six minutes. */
const tries = 8;

/**
 * Whether a refused CreateImage is asked for again. A repeat that is refused says nothing about an earlier try, whose
 * image EC2 may not show yet.
 */
export function isAskedAgain(failure: AwsFailure, image: ImageStatus): boolean {
  const failedCalls = image.failedCalls + 1;
  switch (failure.kind) {
    case 'throttled':
    case 'unclear':
    case 'incorrect-state':
    // EC2's answers lag; a machine that is gone will be noticed, and the image given up for it.
    case 'not-found':
      return true;
    case 'limit':
    // Credentials expire and are renewed.
    case 'unauthorized':
      return failedCalls < tries;
    default:
      return image.calledAt !== null && failedCalls < tries;
  }
}

/** What EC2's answer about an accepted image means. */
export type ImageProgress =
  | { is: 'available' }
  | { is: 'failed'; reason: StateReason }
  | { is: 'overdue'; reason: StateReason }
  | { is: 'pending' }
  /** EC2 does not show it, which proves nothing yet. */
  | { is: 'missing' };

export function decideImageProgress(
  image: ImageStatus,
  observation: ImageObservation | undefined,
  now: Date,
  settings: ImageSettings,
): ImageProgress {
  if (observation?.state === 'available') return { is: 'available' };
  if (observation?.state === 'failed') {
    return { is: 'failed', reason: imageReasons.failed(observation.failure) };
  }
  const { missingSince } = image;
  if (!observation && missingSince && now >= after(missingSince, { minutes: settleMinutes })) {
    return { is: 'failed', reason: imageReasons.gone };
  }
  if (isOverdue(image, now, settings)) {
    return { is: 'overdue', reason: imageReasons.timeout(settings.timeoutHours) };
  }
  return observation ? { is: 'pending' } : { is: 'missing' };
}
