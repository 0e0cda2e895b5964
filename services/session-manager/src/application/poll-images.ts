import { decideImageProgress } from '../domain/decide-image.ts';
import type { ImageObservation, ImageStatus } from '../domain/image-status.ts';
import { after } from '../domain/settings.ts';
import { alertOverdue, guarded, type ImageDeps, nowOf, postponeForFailure } from './image-deps.ts';
import type { ImageChange } from './image-store.ts';

/** Asks EC2 how far these images are: all of them in one call, however many. */
export async function pollImages(deps: ImageDeps, pending: ImageStatus[]): Promise<void> {
  if (pending.length === 0) return;
  const answer = await deps.maker.observe(pending.flatMap(({ amiId }) => amiId ?? []));
  if ('failure' in answer) {
    for (const image of pending) {
      await guarded(deps, image, () => postponeForFailure(deps, image, answer.failure));
    }
    return;
  }
  const seen = new Map(answer.observations.map((observation) => [observation.amiId, observation]));
  const percents = await percentsOf(deps, pending, seen);
  for (const image of pending) {
    const observation = seen.get(image.amiId ?? '');
    await guarded(deps, image, () => record(deps, image, { observation, percent: percents.get(image.id) }));
  }
}

/** How much is copied is for people to see: without it the image is made all the same. */
async function percentsOf(
  { maker, logger }: ImageDeps,
  pending: ImageStatus[],
  seen: Map<string, ImageObservation>,
): Promise<Map<string, number>> {
  const copying = pending.filter(({ amiId }) => seen.get(amiId ?? '')?.state === 'pending');
  if (copying.length === 0) return new Map();
  const answer = await maker.percentCopied(copying.map(({ id }) => id));
  if ('percents' in answer) return answer.percents;
  logger.warn({ failure: answer.failure }, 'EC2 did not say how much of the disks is copied');
  return new Map();
}

interface Seen {
  observation: ImageObservation | undefined;
  percent: number | undefined;
}

async function record(deps: ImageDeps, image: ImageStatus, { observation, percent }: Seen): Promise<void> {
  const now = nowOf(deps);
  const progress = decideImageProgress(image, observation, now, deps.settings);
  const change = (change: ImageChange) => deps.store.change(image.id, change, now);
  // Half a round: a pass that somebody's request sets off between two rounds asks for nothing that it just heard.
  const nextLookAt = after(now, { seconds: deps.settings.pollSeconds / 2 });
  switch (progress.is) {
    case 'available':
      return change({
        state: 'available',
        reason: null,
        progressPercent: 100,
        minRootVolumeGiB: observation?.rootVolumeGiB ?? null,
      });
    case 'overdue':
      alertOverdue(deps, image);
      return change({ state: 'failed', reason: progress.reason });
    case 'failed':
      return change({ state: 'failed', reason: progress.reason });
    case 'missing':
      return change({ missingSince: image.missingSince ?? now, nextLookAt });
    case 'pending':
      return change({
        reason: null,
        failedCalls: 0,
        missingSince: null,
        nextLookAt,
        // All of it is copied only once the image is available.
        ...(percent !== undefined && { progressPercent: Math.min(percent, 99) }),
      });
    default:
      progress satisfies never;
  }
}
