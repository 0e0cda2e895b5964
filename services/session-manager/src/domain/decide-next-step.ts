import type { SessionState, StateReason } from '@deskfleet/contracts';
import { deadlineReasons, externalReasons, instanceFailedCode, instanceFailedReason } from './reasons.ts';
import type { Observation, SessionStatus } from './session-status.ts';
import { after, type LifecycleSettings } from './settings.ts';

/** What to do next about a session: at most one thing at a time, each with its reason. */
export type Step =
  | { do: 'nothing' }
  | { do: 'launch' }
  | { do: 'start' }
  | { do: 'stop'; force: boolean; cause?: string; reason?: StateReason }
  | { do: 'terminate' }
  | { do: 'probe' }
  /** EC2 is where the last intent wants it: from now on another state there is somebody else's doing. */
  | { do: 'confirm' }
  | Transition;

export interface Transition {
  do: 'transition';
  to: SessionState;
  /** Who or what; the cause of the last intent unless told. */
  cause?: string;
  reason?: StateReason;
  /** EC2 was changed, not by an intent: the wanted state follows. */
  external?: boolean;
  /** The machine is no more, and a retry needs a new one. */
  dropsInstance?: boolean;
}

export interface StepFacts {
  status: SessionStatus;
  /** EC2's answer; undefined when it was not asked or does not know the instance. */
  observation: Observation | undefined;
  now: Date;
  settings: LifecycleSettings;
}

const nothing: Step = { do: 'nothing' };
const externalStop: Transition = {
  do: 'transition',
  to: 'stopped',
  cause: 'external',
  reason: externalReasons.stopped,
  external: true,
};
const neverCameUp: ReadonlySet<string> = new Set([
  deadlineReasons.instanceNotRunning.code,
  instanceFailedCode,
]);

/**
 * The state machine: from what is wanted, what is recorded and what EC2 says to the next step (lifecycle.md). Steps that
 * call AWS lead to a transition when AWS accepts (`stateAfterCall`).
 */
export function decideNextStep(facts: StepFacts): Step {
  const { status, observation } = facts;
  if (status.state === 'terminated') return nothing;
  if (status.state === 'requested') return stepFromRequested(facts);
  if (observation?.state === 'terminated' || observation?.state === 'shutting-down') {
    return stepWhenInstanceEnds(facts, observation);
  }
  if (status.desired === 'terminated') return stepToTerminated(facts);
  switch (status.state) {
    case 'provisioning':
      return stepFromProvisioning(facts);
    case 'starting':
      return stepFromStarting(facts);
    case 'running':
      return stepFromRunning(facts);
    case 'stopping':
    case 'hibernating':
      return stepFromStopping(facts);
    case 'stopped':
    case 'hibernated':
    case 'resizing':
      return stepFromStopped(facts);
    case 'error':
      return stepFromError(facts);
    case 'terminating':
      return stepToTerminated(facts);
    default:
      return status.state satisfies never;
  }
}

/** While an attempt is open, its answer comes first, whatever is wanted: it may have launched an instance. */
function stepFromRequested({ status, now }: StepFacts): Step {
  if (status.openAttempt) {
    return isDue(status.openAttempt.nextTryAt, now) ? { do: 'launch' } : nothing;
  }
  if (status.desired === 'terminated') return { do: 'transition', to: 'terminated' };
  if (status.deadlineAt && now >= status.deadlineAt) {
    return { do: 'transition', to: 'error', cause: 'reconciler', reason: deadlineReasons.launchTimeout };
  }
  return isDue(status.retryAt, now) ? { do: 'launch' } : nothing;
}

/** EC2 says the instance is ending or has ended: as asked, or because somebody else ended it, or because it failed. */
function stepWhenInstanceEnds({ status }: StepFacts, observation: Observation): Step {
  const hasEnded = observation.state === 'terminated';
  if (status.state === 'terminating' || status.desired === 'terminated') {
    const external = status.desiredCause === 'external';
    if (hasEnded) {
      return { do: 'transition', to: 'terminated', ...(external && { reason: externalReasons.terminated }) };
    }
    return status.state === 'terminating' ? nothing : { do: 'transition', to: 'terminating' };
  }
  if (failedToBoot(status, observation)) {
    const reason = instanceFailedReason(observation.stateReasonCode, observation.stateReasonMessage);
    return { do: 'transition', to: 'error', cause: 'reconciler', reason, dropsInstance: true };
  }
  const reason = externalReasons.terminated;
  const to = hasEnded ? 'terminated' : 'terminating';
  return { do: 'transition', to, cause: 'external', reason, external: true };
}

/** A machine that never came up and that nobody terminated (EC2 API, StateReason codes). */
function failedToBoot(status: SessionStatus, observation: Observation): boolean {
  const endedByPerson = observation.stateReasonCode?.startsWith('Client.User') ?? false;
  return status.firstBoot && status.state === 'provisioning' && !endedByPerson;
}

function stepToTerminated({ status, observation, now, settings }: StepFacts): Step {
  if (!status.instanceId) return { do: 'transition', to: 'terminated' };
  if (status.state !== 'terminating') return isDue(status.retryAt, now) ? { do: 'terminate' } : nothing;
  const overdue = observation !== undefined && isSettled(status, now, settings);
  return overdue && isDue(status.retryAt, now) ? { do: 'terminate' } : nothing;
}

function stepFromProvisioning(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  switch (observation?.state) {
    case 'running':
      return { do: 'transition', to: 'starting' };
    case 'stopped':
      // Nobody waits for a start any more, or the start has not taken effect: an unfinished job, not news.
      if (!isSettledOrUncalled(facts)) return nothing;
      if (status.desired === 'stopped') return { do: 'transition', to: 'stopped' };
      if (isPastDeadline(status, now)) return failedStart(observation);
      return isDue(status.retryAt, now) ? { do: 'start' } : nothing;
    default:
      // While EC2 says nothing, nothing is known to be late.
      return observation && isPastDeadline(status, now)
        ? { do: 'transition', to: 'error', cause: 'reconciler', reason: deadlineReasons.instanceNotRunning }
        : nothing;
  }
}

/** A start that EC2 accepted again and again, and that never brought the machine up. */
function failedStart({ stateReasonCode, stateReasonMessage }: Observation): Step {
  const failed = stateReasonCode !== null && !stateReasonCode.startsWith('Client.User');
  const reason = failed
    ? instanceFailedReason(stateReasonCode, stateReasonMessage)
    : deadlineReasons.instanceNotRunning;
  return { do: 'transition', to: 'error', cause: 'reconciler', reason };
}

function stepFromStarting(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (status.desired === 'stopped') return stepToStopped(facts);
  if (observation?.state === 'stopped' && isSettledOrUncalled(facts)) {
    return isDue(status.retryAt, now) ? { do: 'start' } : nothing;
  }
  if (observation && isPastDeadline(status, now)) {
    return { do: 'transition', to: 'error', cause: 'reconciler', reason: deadlineReasons.dcvNotReady };
  }
  return observation?.state === 'running' ? { do: 'probe' } : nothing;
}

function stepFromRunning(facts: StepFacts): Step {
  const { status, observation } = facts;
  if (status.desired === 'stopped') return stepToStopped(facts);
  if (!observation || !isSettledOrUncalled(facts)) return nothing;
  if (observation.state === 'running') return status.targetObserved ? nothing : { do: 'confirm' };
  return status.targetObserved ? followEc2(status, observation) : asOurs(observation);
}

/** From `starting` or `running`. EC2 may be further than we know: the answer to our call may have been lost. */
function stepToStopped(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  const isDown = observation?.state === 'stopped' || observation?.state === 'stopping';
  return isDown && isSettledOrUncalled(facts) ? asOurs(observation) : stopWhenDue(status, now);
}

/** EC2 shows a stop of ours whose answer was lost; whether it is still wanted is for the next step to see. */
function asOurs({ state }: Observation): Step {
  return state === 'stopping' || state === 'stopped' ? { do: 'transition', to: state } : nothing;
}

function stepFromStopping(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  switch (observation?.state) {
    case 'stopped':
      return { do: 'transition', to: 'stopped', ...unaskedReason(status) };
    case 'stopping':
      return isPastDeadline(status, now) && isDue(status.retryAt, now)
        ? { do: 'stop', force: true }
        : nothing;
    case 'running':
      if (!isSettledOrUncalled(facts)) return nothing;
      return status.desired === 'running' ? { do: 'transition', to: 'starting' } : stopWhenDue(status, now);
    default:
      return nothing;
  }
}

/** Why a desktop stops that nobody asked to stop: its owner finds it stopped, and must not have to guess. */
function unaskedReason({ desired, desiredCause }: SessionStatus): { reason?: StateReason } {
  if (desired !== 'stopped') return {};
  if (desiredCause === 'reconciler') return { reason: deadlineReasons.stoppedAfterError };
  return desiredCause === 'external' ? { reason: externalReasons.stopped } : {};
}

function stepFromStopped(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (status.desired === 'running') return isDue(status.retryAt, now) ? { do: 'start' } : nothing;
  if (!observation || observation.state === 'stopping' || !isSettledOrUncalled(facts)) return nothing;
  if (observation.state === 'stopped') return status.targetObserved ? nothing : { do: 'confirm' };
  // A start of ours whose answer was lost, overtaken by a stop, must not bill: only a start by others is news.
  if (!status.targetObserved) return observation.state === 'running' ? stopWhenDue(status, now) : nothing;
  return followEc2(status, observation);
}

/** Out of `error` leads what is wanted being observed; an instance in `error` must not bill for ever. */
function stepFromError(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (!status.instanceId || !observation) return nothing;
  if (observation.state === 'stopped') return stepFromStoppedError(status, now);
  if (observation.state !== 'running') return nothing;
  if (status.desired === 'stopped') return stopWhenDue(status, now);
  if (isPastDeadline(status, now) && isDue(status.retryAt, now)) {
    return { do: 'stop', force: false, cause: 'reconciler', reason: deadlineReasons.stoppedAfterError };
  }
  return { do: 'probe' };
}

/** A machine that never came up stays in `error` with what is known of it; one that ran has been stopped by somebody. */
function stepFromStoppedError(status: SessionStatus, now: Date): Step {
  if (status.desired === 'stopped') return { do: 'transition', to: 'stopped' };
  if (status.reason !== null && neverCameUp.has(status.reason.code)) return nothing;
  return isPastDeadline(status, now)
    ? { ...externalStop, cause: 'reconciler', reason: deadlineReasons.stoppedAfterError }
    : externalStop;
}

/** Somebody used EC2's console: the session goes where EC2 is, and the wanted state follows. */
function followEc2(status: SessionStatus, observation: Observation): Step {
  const states = {
    pending: 'provisioning',
    running: 'starting',
    stopping: 'stopping',
    stopped: 'stopped',
  } as const;
  if (observation.state === 'terminated' || observation.state === 'shutting-down') return nothing;
  const to = states[observation.state];
  if (to === status.state) return nothing;
  const isUp = to === 'provisioning' || to === 'starting';
  const reason = isUp ? externalReasons.started : externalReasons.stopped;
  return { do: 'transition', to, cause: 'external', reason, external: true };
}

function stopWhenDue(status: SessionStatus, now: Date): Step {
  return isDue(status.retryAt, now) ? { do: 'stop', force: status.forceStop } : nothing;
}

function isDue(at: Date | null, now: Date): boolean {
  return at === null || now >= at;
}

function isPastDeadline(status: SessionStatus, now: Date): boolean {
  return status.deadlineAt !== null && now >= status.deadlineAt;
}

/** Whether EC2 has had the time to show the effect of our last call. */
function isSettled(status: SessionStatus, now: Date, settings: LifecycleSettings): boolean {
  return (
    status.calledAt !== null && now >= after(status.calledAt, { seconds: settings.observationSettleSeconds })
  );
}

function isSettledOrUncalled({ status, now, settings }: StepFacts): boolean {
  return status.calledAt === null || isSettled(status, now, settings);
}
