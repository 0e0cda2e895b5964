import type { DesiredState, SessionState } from '@deskfleet/contracts';
import { externalReasons } from './reasons.ts';
import type { HostAnswer, Observation, SessionStatus } from './session-status.ts';
import { after, type LifecycleSettings } from './settings.ts';
import { nothing, type Step } from './step.ts';

/** What the next step of a session is decided on. */
export interface StepFacts {
  status: SessionStatus;
  /** EC2's answer; undefined when it was not asked or does not know the instance. */
  observation: Observation | undefined;
  /** What the host said last in this state; undefined when it was not asked. */
  host: HostAnswer | undefined;
  now: Date;
  settings: LifecycleSettings;
}

/** EC2's code for a machine that was, or is being, hibernated (EC2 API, StateReason). */
const hibernateReasonCode = 'Client.UserInitiatedHibernate';

function isHibernation(observation: Observation): boolean {
  return observation.stateReasonCode === hibernateReasonCode;
}

/** The state of a session whose machine EC2 calls stopped. */
export function restStateOf(observation: Observation): 'stopped' | 'hibernated' {
  return isHibernation(observation) ? 'hibernated' : 'stopped';
}

export function wantsRest(desired: DesiredState): desired is 'stopped' | 'hibernated' {
  return desired === 'stopped' || desired === 'hibernated';
}

export function isDue(at: Date | null, now: Date): boolean {
  return at === null || now >= at;
}

export function isPastDeadline({ status, now }: Pick<StepFacts, 'status' | 'now'>): boolean {
  return status.deadlineAt !== null && now >= status.deadlineAt;
}

/** Whether EC2 has had the time to show the effect of our last call, if there was one. */
export function isSettled({ status, now, settings }: StepFacts): boolean {
  return (
    status.calledAt === null || now >= after(status.calledAt, { seconds: settings.observationSettleSeconds })
  );
}

/** Stops or hibernates, as the last intent wants it, when the next call may be made. */
export function restWhenDue({ status, now }: StepFacts): Step {
  if (!isDue(status.retryAt, now)) return nothing;
  if (status.desired === 'hibernated') return { do: 'hibernate' };
  return { do: status.forceStop ? 'force-stop' : 'stop' };
}

/** The state that a session has to be in when its machine is as EC2 says; null for a machine that ends. */
export function stateOfMachine(observation: Observation): SessionState | null {
  switch (observation.state) {
    case 'pending':
      return 'provisioning';
    case 'running':
      return 'starting';
    case 'stopping':
      return isHibernation(observation) ? 'hibernating' : 'stopping';
    case 'stopped':
      return restStateOf(observation);
    case 'shutting-down':
    case 'terminated':
      return null;
    default:
      return observation.state satisfies never;
  }
}

/** Somebody used EC2's console: the session goes where EC2 is, and the wanted state follows. */
export function followEc2(status: SessionStatus, observation: Observation): Step {
  const to = stateOfMachine(observation);
  if (to === null || to === status.state) return nothing;
  const isUp = to === 'provisioning' || to === 'starting';
  const reason = isUp ? externalReasons.started : externalReasons.stopped;
  return { do: 'transition', to, cause: 'external', reason, external: true };
}
