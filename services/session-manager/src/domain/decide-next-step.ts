import { deadlineReasons, externalReasons, instanceFailedReason } from './reasons.ts';
import type { Observation, SessionStatus } from './session-status.ts';
import { nothing, type Step } from './step.ts';
import { isDue, isPastDeadline, isSettled, type StepFacts } from './step-facts.ts';
import { stepFromHibernated, stepFromResizing, stepFromStopped, stepFromStopping } from './steps-down.ts';
import { stepFromError } from './steps-from-error.ts';
import { stepFromProvisioning, stepFromRunning, stepFromStarting } from './steps-up.ts';

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
      return stepFromStopped(facts);
    case 'hibernated':
      return stepFromHibernated(facts);
    case 'resizing':
      return stepFromResizing(facts);
    case 'error':
      return stepFromError(facts);
    case 'terminating':
      return stepToTerminated(facts);
    default:
      return status.state satisfies never;
  }
}

/** While an attempt is open, its answer comes first, whatever is wanted: it may have launched an instance. */
function stepFromRequested(facts: StepFacts): Step {
  const { status, now } = facts;
  if (status.openAttempt) {
    return isDue(status.openAttempt.nextTryAt, now) ? { do: 'launch' } : nothing;
  }
  if (status.desired === 'terminated') return { do: 'transition', to: 'terminated' };
  if (isPastDeadline(facts)) {
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

function stepToTerminated(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (!status.instanceId) return { do: 'transition', to: 'terminated' };
  if (status.state !== 'terminating') return isDue(status.retryAt, now) ? { do: 'terminate' } : nothing;
  const overdue = observation !== undefined && status.calledAt !== null && isSettled(facts);
  return overdue && isDue(status.retryAt, now) ? { do: 'terminate' } : nothing;
}
