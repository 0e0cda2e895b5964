import { deadlineReasons, hibernationReasons, instanceFailedReason } from './reasons.ts';
import type { Observation } from './session-status.ts';
import { nothing, type Step, type Transition } from './step.ts';
import {
  followEc2,
  isDue,
  isPastDeadline,
  isSettled,
  restStateOf,
  restWhenDue,
  type StepFacts,
  stateOfMachine,
  wantsRest,
} from './step-facts.ts';

// Steps of a session whose machine runs or is to run.

export function stepFromProvisioning(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  switch (observation?.state) {
    case 'running':
      return { do: 'transition', to: 'starting' };
    case 'stopped':
      // Nobody waits for a start any more, or the start has not taken effect: an unfinished job, not news.
      if (!isSettled(facts)) return nothing;
      if (wantsRest(status.desired)) return restAs(observation);
      if (isPastDeadline(facts)) return failedStart(observation);
      return isDue(status.retryAt, now) ? { do: 'start' } : nothing;
    default:
      // While EC2 says nothing, nothing is known to be late.
      return observation && isPastDeadline(facts)
        ? { do: 'transition', to: 'error', cause: 'reconciler', reason: deadlineReasons.instanceNotRunning }
        : nothing;
  }
}

/** It is stopped already, before it has started: whichever kind of rest it has counts. */
function restAs(observation: Observation): Transition {
  const to = restStateOf(observation);
  return { do: 'transition', to, desired: to };
}

/** A start that EC2 accepted again and again, and that never brought the machine up. */
function failedStart({ stateReasonCode, stateReasonMessage }: Observation): Step {
  const failed = stateReasonCode !== null && !stateReasonCode.startsWith('Client.User');
  const reason = failed
    ? instanceFailedReason(stateReasonCode, stateReasonMessage)
    : deadlineReasons.instanceNotRunning;
  return { do: 'transition', to: 'error', cause: 'reconciler', reason };
}

export function stepFromStarting(facts: StepFacts): Step {
  const { status, observation, host, now } = facts;
  if (wantsRest(status.desired)) return stepToRest(facts);
  if (observation?.state === 'stopped' && isSettled(facts)) {
    return isDue(status.retryAt, now) ? { do: 'start' } : nothing;
  }
  if (observation && isPastDeadline(facts)) {
    const unreachable = host?.ready === false && host.why === 'unreachable';
    const reason = unreachable ? deadlineReasons.hostUnreachable : deadlineReasons.dcvNotReady;
    return { do: 'transition', to: 'error', cause: 'reconciler', reason };
  }
  if (observation?.state !== 'running') return nothing;
  return status.rebootWanted && isDue(status.retryAt, now) ? { do: 'reboot' } : { do: 'probe' };
}

export function stepFromRunning(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (wantsRest(status.desired)) return stepToRest(facts);
  if (status.rebootWanted && observation?.state === 'running') {
    return isDue(status.retryAt, now) ? { do: 'reboot' } : nothing;
  }
  // An automatic stop waits for the host to say whether somebody is connected.
  const otherwise: Step = status.pendingStop === null ? nothing : { do: 'probe' };
  if (!observation || !isSettled(facts)) return otherwise;
  if (observation.state === 'running')
    return status.targetObserved ? otherwise : { do: 'confirm', desired: status.desired };
  return status.targetObserved ? followEc2(status, observation) : asOurs(facts, observation);
}

/** From `starting` or `running`. EC2 may be further than we know: the answer to our call may have been lost. */
function stepToRest(facts: StepFacts): Step {
  const { observation } = facts;
  const isDown = observation?.state === 'stopped' || observation?.state === 'stopping';
  return isDown && isSettled(facts) ? asOurs(facts, observation) : restWhenDue(facts);
}

/** EC2 shows a stop of ours whose answer was lost; whether it is still wanted is for the next step to see. */
function asOurs({ status }: StepFacts, observation: Observation): Step {
  if (observation.state !== 'stopping' && observation.state !== 'stopped') return nothing;
  const to = stateOfMachine(observation);
  if (to === null) return nothing;
  if (to !== 'stopped' && to !== 'hibernated') return { do: 'transition', to };
  const becameStop = to === 'stopped' && status.desired === 'hibernated';
  return {
    do: 'transition',
    to,
    ...(wantsRest(status.desired) && { desired: to }),
    ...(becameStop && { reason: hibernationReasons.becameStop }),
  };
}
