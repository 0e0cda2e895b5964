import { retryDelaySeconds } from '../domain/decide-call-failure.ts';
import { decideLaunchFailure } from '../domain/decide-launch.ts';
import { type AwsFailure, fallbackTypeReason, reasonOfFailure } from '../domain/reasons.ts';
import type { Observation, SessionStatus } from '../domain/session-status.ts';
import { after } from '../domain/settings.ts';
import { beginAttempt } from './begin-attempt.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import type { Decide, LaunchAttempt } from './session-store.ts';

/**
 * Launches a session's instance exactly once: the attempt is committed with its client token and frozen request, then
 * RunInstances is called, then its answer is committed. An attempt that is open from before is repeated as it was.
 */
export async function launchSession(deps: ReconcilerDeps, status: SessionStatus): Promise<void> {
  const open = await deps.store.openAttempt(status.sessionId);
  const attempt = open ?? (await beginAttempt(deps, status));
  if (!attempt) return deps.budget.giveBack('run', 1, deps.monotonic());
  const answer = await deps.compute.launch(attempt.clientToken, attempt.request);
  deps.pools.released(attempt.request, deps.monotonic());
  if ('launched' in answer) return recordLaunched(deps, attempt, answer.launched);
  await recordFailure(deps, { attempt, isRepeat: open !== null, failure: answer.failure });
}

/**
 * The instance is ours: from now on EC2 is asked about it. Also how a stray instance of an open attempt is adopted. An
 * answer about an attempt that has been closed meanwhile changes nothing: the sweep finds what it has launched.
 */
export async function recordLaunched(
  { store, pools, monotonic }: ReconcilerDeps,
  attempt: { id: string; sessionId: string },
  launched: Observation,
): Promise<void> {
  pools.granted({ instanceType: launched.instanceType, zone: launched.availabilityZone }, 1, monotonic());
  await store.change('record-launch', attempt.sessionId, (status, now) => {
    if (status.state !== 'requested' || status.openAttempt?.id !== attempt.id) return null;
    const { instanceType } = status;
    const reason =
      launched.instanceType === instanceType ? null : fallbackTypeReason(instanceType, launched.instanceType);
    return {
      attempt: { attemptId: attempt.id, becomes: 'accepted', instanceId: launched.instanceId },
      transition: { to: 'provisioning', cause: status.desiredCause, reason },
      set: {
        instanceId: launched.instanceId,
        instanceType: launched.instanceType,
        privateIp: launched.privateIp,
        availabilityZone: launched.availabilityZone,
        subnetId: launched.subnetId,
        firstBoot: true,
        calledAt: now,
      },
    };
  });
}

interface FailedTry {
  attempt: LaunchAttempt;
  isRepeat: boolean;
  failure: AwsFailure;
}

async function recordFailure(deps: ReconcilerDeps, { attempt, isRepeat, failure }: FailedTry): Promise<void> {
  const { instanceType, zone, imageId } = attempt.request;
  if (failure.kind === 'throttled') deps.budget.throttled('run', deps.monotonic());
  if (failure.kind === 'capacity') deps.pools.refused({ instanceType, zone }, 1, deps.monotonic());
  if (failure.kind === 'image-gone') deps.images.forget(imageId);
  const now = deps.clock.now().toJSDate();
  const decision = decideLaunchFailure(failure, { isRepeat, openedAt: attempt.openedAt, now });
  const detail = { sessionId: attempt.sessionId, attempt: attempt.id, failure, decision };
  deps.logger.warn(detail, 'RunInstances failed');
  switch (decision.attempt) {
    case 'look-up':
      return lookUp(deps, attempt, keepOpen(deps, attempt, failure));
    case 'stays-open':
      return deps.store.change('record-launch-failure', attempt.sessionId, keepOpen(deps, attempt, failure));
    case 'refused': {
      const refusal = refuse(attempt, failure, decision.next);
      return decision.lookUpFirst
        ? lookUp(deps, attempt, refusal)
        : deps.store.change('record-launch-failure', attempt.sessionId, refusal);
    }
    default:
      decision satisfies never;
  }
}

/** What an earlier try may have launched is found by its token; `otherwise` is what becomes of the attempt if not. */
async function lookUp(deps: ReconcilerDeps, attempt: LaunchAttempt, otherwise: Decide): Promise<void> {
  const answer = await deps.compute.findByClientToken(attempt.clientToken);
  if ('failure' in answer) {
    const unclear = keepOpen(deps, attempt, answer.failure);
    return deps.store.change('record-launch-failure', attempt.sessionId, unclear);
  }
  if (answer.found) return recordLaunched(deps, attempt, answer.found);
  await deps.store.change('record-launch-failure', attempt.sessionId, otherwise);
}

function keepOpen(deps: ReconcilerDeps, attempt: LaunchAttempt, failure: AwsFailure): Decide {
  return (status, now) => {
    if (status.openAttempt?.id !== attempt.id) return null;
    if (now > after(status.stateSince, { minutes: deps.settings.requestedTimeoutMinutes })) {
      deps.alert(
        'launch-unconfirmed',
        { sessionId: status.sessionId, failure },
        'AWS does not confirm a launch',
      );
    }
    return {
      attempt: {
        attemptId: attempt.id,
        becomes: 'open',
        nextTryAt: after(now, { seconds: retryDelaySeconds(attempt.tries + 1, deps.random()) }),
        failure,
      },
      set: { reason: reasonOfFailure(failure, launchOf(attempt)) },
    };
  };
}

function refuse(attempt: LaunchAttempt, failure: AwsFailure, next: 'other-place' | 'error'): Decide {
  return (status) => {
    if (status.openAttempt?.id !== attempt.id) return null;
    const reason = reasonOfFailure(failure, launchOf(attempt));
    return {
      attempt: { attemptId: attempt.id, becomes: 'refused', failure },
      ...(next === 'error'
        ? { transition: { to: 'error' as const, cause: 'reconciler', reason } }
        : { set: { reason } }),
    };
  };
}

function launchOf({ request }: LaunchAttempt): string {
  return `launch a desktop of type ${request.instanceType}`;
}
