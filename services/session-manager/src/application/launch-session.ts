import type { StateReason } from '@deskfleet/contracts';
import { retryDelaySeconds } from '../domain/decide-call-failure.ts';
import { decideLaunchFailure } from '../domain/decide-launch.ts';
import type { LaunchRequest } from '../domain/launch-request.ts';
import { type AwsFailure, reasonOfFailure } from '../domain/reasons.ts';
import type { Observation, SessionStatus } from '../domain/session-status.ts';
import { after } from '../domain/settings.ts';
import { hostSpecOf } from './host-spec-of.ts';
import type { ResolvedImage } from './ports.ts';
import type { LaunchSettings, ReconcilerDeps } from './reconciler-deps.ts';
import type { Decide, LaunchAttempt, LaunchSpec } from './session-store.ts';

/**
 * Launches a session's instance exactly once: the attempt is committed with its client token and frozen request, then
 * RunInstances is called, then its answer is committed. An attempt that is open from before is repeated as it was.
 */
export async function launchSession(deps: ReconcilerDeps, sessionId: string): Promise<void> {
  const open = await deps.store.openAttempt(sessionId);
  const attempt = open ?? (await beginAttempt(deps, sessionId));
  if (!attempt) return;
  const answer = await deps.compute.launch(attempt.clientToken, attempt.request);
  if ('launched' in answer) return recordLaunched(deps, attempt, answer.launched);
  await recordFailure(deps, { attempt, isRepeat: open !== null, failure: answer.failure });
}

async function beginAttempt(deps: ReconcilerDeps, sessionId: string): Promise<LaunchAttempt | null> {
  const spec = await deps.store.launchSpec(sessionId);
  if (!spec) return null;
  const resolved = await deps.images.resolve(spec.image);
  if ('failure' in resolved) {
    const what = 'find the image of this software stack';
    await deps.store.change('record-unprepared', sessionId, unprepared(deps, resolved.failure, what));
    return null;
  }
  const password = await passwordOf(deps, spec);
  if (!password) return null;
  const rendered = deps.renderUserData(hostSpecOf(spec, password.parameter));
  if ('fault' in rendered) {
    await deps.store.change('record-unprepared', sessionId, unlaunchable(rendered.fault));
    return null;
  }
  const refused = await deps.store.refusedSubnets(sessionId);
  const subnetId = chooseSubnet(deps.launch.subnetIds, refused, deps.random());
  const request = freezeRequest(deps.launch, spec, resolved.image, subnetId, rendered.userData);
  return deps.store.beginAttempt(sessionId, request);
}

/** Null when there is none to launch with now. */
async function passwordOf(
  deps: ReconcilerDeps,
  { os, sessionId }: LaunchSpec,
): Promise<{ parameter: string | null } | null> {
  if (os !== 'windows') return { parameter: null };
  const prepared = await deps.preparePassword(sessionId);
  if (!prepared || !('failure' in prepared)) return prepared;
  const what = 'keep the password of this desktop';
  await deps.store.change('record-unprepared', sessionId, unprepared(deps, prepared.failure, what));
  return null;
}

/** Spreads desktops over the zones, leaving out those that have refused. Null lets EC2 choose. */
function chooseSubnet(subnetIds: string[], refused: string[], random: number): string | null {
  const left = subnetIds.filter((id) => !refused.includes(id));
  const choice = left.length > 0 ? left : subnetIds;
  return choice[Math.floor(random * choice.length)] ?? null;
}

function freezeRequest(
  launch: LaunchSettings,
  spec: LaunchSpec,
  image: ResolvedImage,
  subnetId: string | null,
  userData: string,
): LaunchRequest {
  return {
    imageId: image.imageId,
    instanceType: spec.instanceType,
    subnetId,
    securityGroupIds: launch.securityGroupIds,
    instanceProfileArn: launch.instanceProfileArn,
    rootVolumeGiB: Math.max(spec.rootVolumeGiB, image.minRootVolumeGiB),
    rootDeviceName: image.rootDeviceName,
    userData,
    tags: {
      Name: `${launch.clusterId}-${spec.owner}-${spec.name}`.slice(0, 255),
      'deskfleet:cluster': launch.clusterId,
      'deskfleet:session': spec.sessionId,
      'deskfleet:owner': spec.owner,
    },
  };
}

/** The launch can never be prepared as it is asked for. */
function unlaunchable(reason: StateReason): Decide {
  return ({ state }) =>
    state === 'requested' ? { transition: { to: 'error', cause: 'reconciler', reason } } : null;
}

/** The launch could not even be prepared: later again if that may pass, else an error. */
function unprepared(deps: ReconcilerDeps, failure: AwsFailure, what: string): Decide {
  return (status, now) => {
    if (status.state !== 'requested') return null;
    const reason = reasonOfFailure(failure, what);
    if (failure.kind !== 'throttled' && failure.kind !== 'unclear') {
      return { transition: { to: 'error', cause: 'reconciler', reason } };
    }
    const failedCalls = status.failedCalls + 1;
    return {
      set: {
        reason,
        failedCalls,
        retryAt: after(now, { seconds: retryDelaySeconds(failedCalls, deps.random()) }),
        deadlineAt: status.deadlineAt ?? after(now, { minutes: deps.settings.requestedTimeoutMinutes }),
      },
    };
  };
}

/**
 * The instance is ours: from now on EC2 is asked about it. Also how a stray instance of an open attempt is adopted. An
 * answer about an attempt that has been closed meanwhile changes nothing: the sweep finds what it has launched.
 */
export async function recordLaunched(
  { store }: ReconcilerDeps,
  attempt: { id: string; sessionId: string },
  launched: Observation,
): Promise<void> {
  await store.change('record-launch', attempt.sessionId, (status, now) => {
    if (status.state !== 'requested' || status.openAttempt?.id !== attempt.id) return null;
    return {
      attempt: { attemptId: attempt.id, becomes: 'accepted', instanceId: launched.instanceId },
      transition: { to: 'provisioning', cause: status.desiredCause, reason: null },
      set: {
        instanceId: launched.instanceId,
        instanceType: launched.instanceType,
        privateIp: launched.privateIp,
        availabilityZone: launched.availabilityZone,
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
  if (failure.kind === 'throttled') deps.budget.throttled('run', deps.monotonic());
  const refused = await deps.store.refusedSubnets(attempt.sessionId);
  const left = deps.launch.subnetIds.filter((id) => id !== attempt.request.subnetId && !refused.includes(id));
  const decision = decideLaunchFailure(failure, { isRepeat, hasOtherSubnet: left.length > 0 });
  deps.logger.warn(
    { sessionId: attempt.sessionId, attempt: attempt.id, failure, decision },
    'RunInstances failed',
  );
  switch (decision.attempt) {
    case 'look-up':
      return lookUp(deps, attempt, failure);
    case 'stays-open':
      return deps.store.change('record-launch-failure', attempt.sessionId, keepOpen(deps, attempt, failure));
    case 'refused':
      return deps.store.change(
        'record-launch-failure',
        attempt.sessionId,
        refuse(attempt, failure, decision.next),
      );
    default:
      decision satisfies never;
  }
}

/** The token is known to EC2 with another request, so it has launched something: find it. */
async function lookUp(deps: ReconcilerDeps, attempt: LaunchAttempt, failure: AwsFailure): Promise<void> {
  const answer = await deps.compute.findByClientToken(attempt.clientToken);
  if ('found' in answer && answer.found) return recordLaunched(deps, attempt, answer.found);
  await deps.store.change('record-launch-failure', attempt.sessionId, keepOpen(deps, attempt, failure));
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
        code: failure.code,
        message: failure.message,
      },
      set: { reason: reasonOfFailure(failure, launchOf(status)) },
    };
  };
}

function refuse(attempt: LaunchAttempt, failure: AwsFailure, next: 'other-subnet' | 'error'): Decide {
  return (status) => {
    if (status.openAttempt?.id !== attempt.id) return null;
    const reason = reasonOfFailure(failure, launchOf(status));
    return {
      attempt: { attemptId: attempt.id, becomes: 'refused', code: failure.code, message: failure.message },
      ...(next === 'error'
        ? { transition: { to: 'error' as const, cause: 'reconciler', reason } }
        : { set: { reason } }),
    };
  };
}

function launchOf({ instanceType }: SessionStatus): string {
  return `launch a desktop of type ${instanceType}`;
}
