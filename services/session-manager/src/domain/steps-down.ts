import type { DesiredState } from '@deskfleet/contracts';
import {
  deadlineReasons,
  externalReasons,
  hibernationReasons,
  resizeFailedReason,
  scheduleReasons,
} from './reasons.ts';
import type { Observation, SessionStatus } from './session-status.ts';
import { after } from './settings.ts';
import { nothing, type Step, type Transition } from './step.ts';
import {
  followEc2,
  isDue,
  isPastDeadline,
  isSettled,
  restStateOf,
  restWhenDue,
  type StepFacts,
  wantsRest,
} from './step-facts.ts';

// Steps of a session whose machine is stopped or is to stop.

/** From `stopping` or `hibernating`. */
export function stepFromStopping(facts: StepFacts): Step {
  const { status, observation } = facts;
  switch (observation?.state) {
    case 'stopped':
      return atRest(status, observation);
    case 'stopping':
      return hasteStop(facts);
    case 'running':
      if (!isSettled(facts)) return nothing;
      return status.desired === 'running' ? { do: 'transition', to: 'starting' } : restWhenDue(facts);
    default:
      return nothing;
  }
}

/** What is wanted follows the kind of rest that it has become: a machine at rest cannot be brought to the other kind. */
function atRest(status: SessionStatus, observation: Observation): Transition {
  const to = restStateOf(observation);
  const becameStop = status.state === 'hibernating' && to === 'stopped' && !status.forceStop;
  return {
    do: 'transition',
    to,
    ...(wantsRest(status.desired) && { desired: to }),
    ...(becameStop ? { reason: hibernationReasons.becameStop } : unaskedReason(status)),
  };
}

/** Cuts the power of a stop that takes too long. A hibernation loses what it saves, so only a person may cut it short. */
function hasteStop(facts: StepFacts): Step {
  const { status, now } = facts;
  const mayForce = status.state === 'stopping' || status.forceStop;
  return mayForce && isPastDeadline(facts) && isDue(status.retryAt, now) ? { do: 'force-stop' } : nothing;
}

/** Why a desktop stops that nobody asked to stop: its owner finds it stopped, and must not have to guess. */
function unaskedReason({ desired, desiredCause }: SessionStatus): Pick<Transition, 'reason'> {
  if (!wantsRest(desired)) return {};
  if (desiredCause === 'reconciler') return { reason: deadlineReasons.stoppedAfterError };
  if (desiredCause === 'schedule') return { reason: scheduleReasons.stoppedAtClose };
  return desiredCause === 'external' ? { reason: externalReasons.stopped } : {};
}

export function stepFromStopped(facts: StepFacts): Step {
  return facts.status.resizeTo === null ? stepFromRest(facts) : stepToResize(facts);
}

/** The resize comes before a start that was asked for after it. */
function stepToResize(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (observation?.state === 'stopped') return isDue(status.retryAt, now) ? { do: 'resize' } : nothing;
  if (!observation || observation.state === 'stopping' || !isSettled(facts)) return nothing;
  if (!status.targetObserved) return observation.state === 'running' ? restWhenDue(facts) : nothing;
  const followed = followEc2(status, observation);
  return followed.do === 'transition' ? { ...followed, resize: 'failed' } : nothing;
}

/** EC2 promises to resume a hibernated machine for 60 days (EC2 user guide, "Hibernation prerequisites"). */
const resumableDays = 60;
const announcedDays = 53;
const hoursPerDay = 24;

export function stepFromHibernated(facts: StepFacts): Step {
  const { status, now } = facts;
  const step = stepFromRest(facts);
  const told = status.expiryAnnouncedAt !== null && status.expiryAnnouncedAt >= status.stateSince;
  if (step.do !== 'nothing' || told || status.desired === 'running') return step;
  if (now < after(status.stateSince, { hours: announcedDays * hoursPerDay })) return nothing;
  return {
    do: 'announce-expiry',
    resumableUntil: after(status.stateSince, { hours: resumableDays * hoursPerDay }),
  };
}

/** From `stopped` or `hibernated`. */
function stepFromRest(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (status.desired === 'running') {
    if (status.startUntil !== null && now >= status.startUntil) return { do: 'withdraw-start' };
    return isDue(status.retryAt, now) ? { do: 'start' } : nothing;
  }
  if (!observation || observation.state === 'stopping' || !isSettled(facts)) return nothing;
  if (observation.state === 'stopped') return restSeen(status, observation);
  // A start of ours whose answer was lost, overtaken by a stop, must not bill: only a start by others is news.
  if (!status.targetObserved) return observation.state === 'running' ? restWhenDue(facts) : nothing;
  return followEc2(status, observation);
}

function restSeen(status: SessionStatus, observation: Observation): Step {
  const to = restStateOf(observation);
  // Without a reason from EC2 nothing says that it has become another kind of rest.
  if (to === status.state || observation.stateReasonCode === null) {
    const isConfirmed = status.targetObserved && status.desired === status.state;
    return isConfirmed ? nothing : { do: 'confirm', desired: restOf(status) };
  }
  return status.targetObserved
    ? { do: 'transition', to, cause: 'external', reason: externalReasons.stopped, external: true }
    : { do: 'transition', to, desired: to };
}

/** The kind of rest that a session at rest has, as far as is known. */
function restOf({ state }: SessionStatus): DesiredState {
  return state === 'hibernated' ? 'hibernated' : 'stopped';
}

/** The type is read back: only what EC2 shows has happened. */
export function stepFromResizing(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (!observation) return nothing;
  if (observation.instanceType === status.resizeTo) {
    return { do: 'transition', to: 'stopped', resize: 'done' };
  }
  if (observation.state !== 'stopped' && observation.state !== 'stopping') {
    return isSettled(facts)
      ? { ...failedResize(status), cause: 'external', reason: externalReasons.started }
      : nothing;
  }
  if (isPastDeadline(facts)) return failedResize(status);
  return isSettled(facts) && isDue(status.retryAt, now) ? { do: 'resize' } : nothing;
}

function failedResize({ resizeTo, instanceType }: SessionStatus): Transition {
  const reason = resizeFailedReason(resizeTo ?? 'another type', instanceType);
  return { do: 'transition', to: 'stopped', cause: 'reconciler', reason, resize: 'failed' };
}
