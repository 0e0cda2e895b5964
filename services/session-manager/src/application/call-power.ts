import pMap from 'p-map';
import { givesUp, type PowerCall, retryDelaySeconds, stateAfterCall } from '../domain/decide-call-failure.ts';
import { fellBackReason, keptReason } from '../domain/kept-reason.ts';
import { type AwsFailure, reasonOfFailure } from '../domain/reasons.ts';
import { isSameWish, type SessionStatus } from '../domain/session-status.ts';
import { after } from '../domain/settings.ts';
import type { PowerStep } from '../domain/step.ts';
import { deadlineOf, isLegalTransition } from '../domain/transitions.ts';
import { toldAsFailed } from './automatic-changes.ts';
import { beginReboots } from './begin-reboots.ts';
import type { PowerAnswer } from './ports.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import type { Decide, StatusChange } from './session-store.ts';
import { capacityDeadline, giveUpStart, learnOfPools, noteStarts } from './start-capacity.ts';

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
  const sessions = candidates.map(({ status }) => status);
  const begun =
    call === 'reboot' ? await beginReboots(deps, sessions) : await deps.store.beginCalls(call, sessions);
  const byInstance = new Map(
    candidates.filter(({ status }) => begun.has(status.sessionId)).map((c) => [c.status.instanceId ?? '', c]),
  );
  if (byInstance.size === 0) return deps.budget.giveBack(call, candidates.length, deps.monotonic());
  const called = [...byInstance.values()].map(({ status }) => status);
  if (call === 'start') noteStarts(deps, called);
  const answer = await deps.compute.power(call, [...byInstance.keys()]);
  if (answer.failed.some(({ failure }) => failure.kind === 'throttled')) {
    deps.budget.throttled(call, deps.monotonic());
  }
  if (call === 'start' && !learnOfPools(deps, called, answer)) return;
  await recordAnswers(deps, call, byInstance, answer);
}

async function recordAnswers(
  deps: ReconcilerDeps,
  call: PowerCall,
  byInstance: Map<string, PowerCandidate>,
  answer: PowerAnswer,
): Promise<void> {
  const results = [...answer.accepted.map((instanceId) => ({ instanceId, failure: null })), ...answer.failed];
  await pMap(
    results,
    async ({ instanceId, failure }) => {
      const candidate = byInstance.get(instanceId);
      if (!candidate) return;
      // A reboot that may have happened is waited for: the boot id tells, and a second one would cut into the first.
      const hasHappened = failure === null || (call === 'reboot' && failure.kind === 'unclear');
      const decide = hasHappened
        ? accepted(deps, call, candidate)
        : refused(deps, { call, candidate, failure });
      await deps.store.change(`record-${call}`, candidate.status.sessionId, decide);
    },
    { concurrency: commitsAtOnce },
  );
}

/** AWS has accepted: that is a fact, whatever was wanted meanwhile; the next pass sees to the difference. */
function accepted({ settings }: ReconcilerDeps, call: PowerCall, candidate: PowerCandidate): Decide {
  return (status, now) => {
    const to = stateAfterCall(call);
    const called = { calledAt: now, failedCalls: 0, retryAt: null };
    if (status.state === to) {
      // A start that is repeated is the same start: renewing its deadline would repeat it for ever.
      const isSame = call === 'start' || call === 'reboot';
      const deadline = isSame ? {} : { deadlineAt: deadlineOf(to, status.firstBoot, now, settings) };
      return { set: { ...called, ...deadline } };
    }
    if (!isLegalTransition(status.state, to)) return null;
    const own = ownStop(candidate, status);
    return {
      transition: {
        to,
        cause: own?.cause ?? status.desiredCause,
        reason: own?.reason ?? keptReason(to, status),
      },
      set: {
        ...called,
        ...(own?.cause && { desired: 'stopped' as const, desiredCause: own.cause }),
      },
    };
  };
}

/** A stop that nobody asked for changes what is wanted, unless somebody has asked for something meanwhile. */
function ownStop({ step, status: decidedOn }: PowerCandidate, status: SessionStatus): PowerStep | null {
  return step.cause !== undefined && isSameWish(status, decidedOn) ? step : null;
}

interface Refusal {
  call: PowerCall;
  candidate: PowerCandidate;
  failure: AwsFailure;
}

function refused(deps: ReconcilerDeps, { call, candidate, failure }: Refusal): Decide {
  return (status, now) => {
    // Of a call for something that is not wanted any more, the refusal concerns nobody.
    if (!isSameWish(status, candidate.status)) return null;
    const failedCalls = status.failedCalls + 1;
    const reason = reasonOfFailure(failure, describe(call));
    deps.logger.warn({ sessionId: status.sessionId, call, failure, failedCalls }, 'AWS refused a call');
    const lacks = call === 'start' && (failure.kind === 'capacity' || failure.kind === 'limit');
    const deadlineAt = lacks ? capacityDeadline(status, now, deps.settings) : status.deadlineAt;
    const capacityWindowOver = deadlineAt !== null && now >= deadlineAt;
    if (givesUp({ call, failure, failedCalls, capacityWindowOver })) return giveUp(call, status, reason);
    if (failure.kind === 'unauthorized' || failure.kind === 'protected') {
      const detail = { sessionId: status.sessionId, call, failure };
      deps.alert('aws-refuses', detail, `AWS does not let us ${describe(call)}`);
    }
    return {
      set: {
        failedCalls,
        deadlineAt,
        retryAt: after(now, { seconds: retryDelaySeconds(failedCalls, deps.random()) }),
        ...(isNews(call, failure, status) && { reason }),
        ...(call === 'reboot' && { rebootWanted: true }),
      },
    };
  };
}

/** Most of what passes by itself need not be told, least of all in place of why a desktop stops or ends unasked. */
function isNews(call: PowerCall, { kind }: AwsFailure, status: SessionStatus): boolean {
  if (kind === 'incorrect-state' || kind === 'not-found') return false;
  const isUnanswered = kind === 'throttled' || kind === 'unclear';
  return !isUnanswered || keptReason(stateAfterCall(call), status) === null;
}

type Reason = NonNullable<SessionStatus['reason']>;

/** What becomes of a session of which AWS will not do what was wanted; its owner is told, and may ask again. */
function giveUp(call: PowerCall, status: SessionStatus, reason: Reason): StatusChange {
  const set = { failedCalls: 0, retryAt: null, reason };
  switch (call) {
    case 'reboot':
      // It was not rebooted: in the boot that it has, it is as ready as it was.
      return {
        rejects: { kind: 'reboot', reason },
        set: { ...set, rebootWanted: false, rebootingFrom: null },
      };
    case 'hibernate':
      if (status.hibernationFallback === 'stop') {
        return { set: { ...set, desired: 'stopped', reason: fellBackReason(status) } };
      }
      return {
        ...toldAsFailed(status, { change: 'stop', reason }),
        set: { ...set, desired: 'running', targetObserved: false },
      };
    default:
      return giveUpStart(status, reason);
  }
}

function describe(call: PowerCall): string {
  return call === 'force-stop' ? 'cut the power of the machine' : `${call} the machine`;
}
