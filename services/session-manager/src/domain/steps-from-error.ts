import { deadlineReasons, externalReasons, instanceFailedCode } from './reasons.ts';
import type { Observation } from './session-status.ts';
import { nothing, type Step, type Transition } from './step.ts';
import { isDue, isPastDeadline, restStateOf, restWhenDue, type StepFacts, wantsRest } from './step-facts.ts';

const neverCameUp: ReadonlySet<string> = new Set([
  deadlineReasons.instanceNotRunning.code,
  instanceFailedCode,
]);

/** Out of `error` leads what is wanted being observed; an instance in `error` must not bill for ever. */
export function stepFromError(facts: StepFacts): Step {
  const { status, observation, now } = facts;
  if (!status.instanceId || !observation) return nothing;
  if (observation.state === 'stopped') return stepFromStoppedError(facts, observation);
  if (observation.state !== 'running') return nothing;
  if (wantsRest(status.desired)) return restWhenDue(facts);
  if (isPastDeadline(facts) && isDue(status.retryAt, now)) {
    return { do: 'stop', cause: 'reconciler', reason: deadlineReasons.stoppedAfterError };
  }
  return { do: 'probe' };
}

/** A machine that never came up stays in `error` with what is known of it; one that ran has been stopped by somebody. */
function stepFromStoppedError(facts: StepFacts, observation: Observation): Step {
  const { status } = facts;
  const to = restStateOf(observation);
  if (wantsRest(status.desired)) return { do: 'transition', to, desired: to };
  if (status.reason !== null && neverCameUp.has(status.reason.code)) return nothing;
  const external: Transition = {
    do: 'transition',
    to,
    cause: 'external',
    reason: externalReasons.stopped,
    external: true,
  };
  return isPastDeadline(facts)
    ? { ...external, cause: 'reconciler', reason: deadlineReasons.stoppedAfterError }
    : external;
}
