import pMap from 'p-map';
import { givesUp, type PowerCall, retryDelaySeconds, stateAfterCall } from '../domain/decide-call-failure.ts';
import type { Step } from '../domain/decide-next-step.ts';
import { type AwsFailure, reasonOfFailure } from '../domain/reasons.ts';
import type { SessionStatus } from '../domain/session-status.ts';
import { after } from '../domain/settings.ts';
import { deadlineOf, isLegalTransition } from '../domain/transitions.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import type { Decide } from './session-store.ts';

type PowerStep = Extract<Step, { do: PowerCall }>;

/** A session, and the call that was decided for it. */
export interface PowerCandidate {
  status: SessionStatus;
  step: PowerStep;
}

/** Sessions' results are committed side by side, but not so many that they take all connections. */
const commitsAtOnce = 4;

/**
 * Makes one coalesced call for many sessions: records that it is made, for those still as decided; calls; commits what
 * AWS accepted and what it refused, each under its session's lock.
 */
export async function callPower(
  deps: ReconcilerDeps,
  call: PowerCall,
  candidates: PowerCandidate[],
): Promise<void> {
  const begun = await deps.store.beginCalls(
    call,
    candidates.map(({ status }) => status),
  );
  const byInstance = new Map(
    candidates.filter(({ status }) => begun.has(status.sessionId)).map((c) => [c.status.instanceId ?? '', c]),
  );
  if (byInstance.size === 0) return;
  const answer = await ask(deps, call, [...byInstance.values()]);
  if (answer.failed.some(({ failure }) => failure.kind === 'throttled')) {
    deps.budget.throttled(call, deps.monotonic());
  }
  const results = [...answer.accepted.map((instanceId) => ({ instanceId, failure: null })), ...answer.failed];
  await pMap(
    results,
    async ({ instanceId, failure }) => {
      const candidate = byInstance.get(instanceId);
      if (!candidate) return;
      const decide = failure ? refused(deps, { call, candidate, failure }) : accepted(deps, call, candidate);
      await deps.store.change(`record-${call}`, candidate.status.sessionId, decide);
    },
    { concurrency: commitsAtOnce },
  );
}

function ask({ compute }: ReconcilerDeps, call: PowerCall, candidates: PowerCandidate[]) {
  const ids = candidates.map(({ status }) => status.instanceId ?? '');
  switch (call) {
    case 'start':
      return compute.start(ids);
    case 'stop':
      return compute.stop(ids, { force: candidates.some(({ step }) => step.do === 'stop' && step.force) });
    case 'terminate':
      return compute.terminate(ids);
    default:
      return call satisfies never;
  }
}

/** AWS has accepted: that is a fact, whatever was wanted meanwhile; the next pass sees to the difference. */
function accepted({ settings }: ReconcilerDeps, call: PowerCall, candidate: PowerCandidate): Decide {
  return (status, now) => {
    const to = stateAfterCall(call);
    const called = { calledAt: now, failedCalls: 0, retryAt: null };
    if (status.state === to) {
      // A start that is repeated is the same start: renewing its deadline would repeat it for ever.
      const deadline =
        call === 'start' ? {} : { deadlineAt: deadlineOf(to, status.firstBoot, now, settings) };
      return { set: { ...called, ...deadline } };
    }
    if (!isLegalTransition(status.state, to)) return null;
    const own = ownStop(candidate, status);
    return {
      transition: { to, cause: own?.cause ?? status.desiredCause, reason: own?.reason ?? null },
      set: { ...called, ...(own?.cause && { desired: 'stopped' as const, desiredCause: own.cause }) },
    };
  };
}

/** A stop that nobody asked for changes what is wanted, unless somebody has asked for something meanwhile. */
function ownStop({ step, status: decidedOn }: PowerCandidate, status: SessionStatus) {
  const isOwn = step.do === 'stop' && step.cause !== undefined;
  return isOwn && status.appliedSeq === decidedOn.appliedSeq ? step : null;
}

interface Refusal {
  call: PowerCall;
  candidate: PowerCandidate;
  failure: AwsFailure;
}

function refused(deps: ReconcilerDeps, { call, candidate, failure }: Refusal): Decide {
  return (status, now) => {
    // Of a call for an intent that a later one has overtaken, the refusal concerns nobody.
    if (status.appliedSeq !== candidate.status.appliedSeq) return null;
    const failedCalls = status.failedCalls + 1;
    const reason = reasonOfFailure(failure, `${call} the machine`);
    deps.logger.warn({ sessionId: status.sessionId, call, failure, failedCalls }, 'AWS refused a call');
    if (givesUp(call, failure, failedCalls)) return giveUpStart(status, reason);
    if (failure.kind === 'unauthorized' || failure.kind === 'protected') {
      deps.alert(
        'aws-refuses',
        { sessionId: status.sessionId, call, failure },
        `AWS does not let us ${call} a machine`,
      );
    }
    const passes = failure.kind === 'incorrect-state' || failure.kind === 'not-found';
    return {
      set: {
        failedCalls,
        retryAt: after(now, { seconds: retryDelaySeconds(failedCalls, deps.random()) }),
        ...(!passes && { reason }),
      },
    };
  };
}

/**
 * The desktop stays stopped, its owner is told why, and may ask again. That EC2 shows it stopped is yet to be seen: an
 * earlier try that was not answered may have started it.
 */
function giveUpStart(status: SessionStatus, reason: NonNullable<SessionStatus['reason']>) {
  return {
    rejects: { kind: 'start' as const, reason },
    set: { desired: 'stopped' as const, targetObserved: false, failedCalls: 0, retryAt: null, reason },
    ...(status.state !== 'stopped' && {
      transition: { to: 'stopped' as const, cause: 'reconciler', reason },
    }),
  };
}
