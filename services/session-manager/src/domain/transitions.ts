import type { DesiredState, EventType, SessionState } from '@deskfleet/contracts';
import { after, type LifecycleSettings } from './settings.ts';

/**
 * Where a session can go from each state (lifecycle.md, "Transitions"). Anything else is a defect and refused by the
 * store. `terminated` is reachable from everywhere, since an instance can vanish at any time.
 */
const up = ['provisioning', 'starting'] as const;
const goingDown = ['stopping', 'hibernating'] as const;
const atRest = ['stopped', 'hibernated'] as const;
const ending = ['terminating', 'terminated'] as const;

const legalTransitions: Record<SessionState, readonly SessionState[]> = {
  requested: ['provisioning', 'error', 'terminated'],
  provisioning: ['starting', ...goingDown, ...atRest, 'error', ...ending],
  starting: ['provisioning', 'running', ...goingDown, ...atRest, 'error', ...ending],
  running: [...up, ...goingDown, ...atRest, ...ending],
  stopping: [...up, 'hibernating', ...atRest, ...ending],
  hibernating: [...up, 'stopping', ...atRest, ...ending],
  stopped: [...up, ...goingDown, 'hibernated', 'resizing', ...ending],
  hibernated: [...up, ...goingDown, 'stopped', ...ending],
  resizing: ['stopped', ...ending],
  terminating: ['terminated'],
  terminated: [],
  error: ['requested', ...up, 'running', ...goingDown, ...atRest, ...ending],
};

export function isLegalTransition(from: SessionState, to: SessionState): boolean {
  return legalTransitions[from].includes(to);
}

/** The event that tells of a state being reached; `requested` is told by the gateway's SessionRequested. */
export function eventTypeOf(state: SessionState): EventType | null {
  switch (state) {
    case 'requested':
    case 'resizing':
      return null;
    case 'hibernating':
      return 'deskfleet.session.stopping.v1';
    case 'hibernated':
      return 'deskfleet.session.stopped.v1';
    case 'error':
      return 'deskfleet.session.failed.v1';
    default:
      return `deskfleet.session.${state}.v1`;
  }
}

/** When a session that enters `state` now has been in it for too long; null where there is no such time. */
export function deadlineOf(
  state: SessionState,
  firstBoot: boolean,
  now: Date,
  settings: LifecycleSettings,
): Date | null {
  switch (state) {
    case 'provisioning':
      return after(now, { minutes: settings.provisioningTimeoutMinutes });
    case 'starting':
      return after(now, {
        minutes: firstBoot ? settings.firstBootTimeoutMinutes : settings.restartTimeoutMinutes,
      });
    case 'stopping':
      return after(now, { minutes: settings.stoppingTimeoutMinutes });
    case 'hibernating':
      return after(now, { minutes: settings.hibernatingTimeoutMinutes });
    case 'resizing':
      return after(now, { minutes: settings.resizingTimeoutMinutes });
    case 'terminating':
      return after(now, { minutes: settings.terminatingTimeoutMinutes });
    case 'error':
      return after(now, { hours: settings.errorStopAfterHours });
    // The deadline of `requested` starts with the first failure to prepare a launch: waits that we chose do not count.
    case 'requested':
    case 'running':
    case 'stopped':
    case 'hibernated':
    case 'terminated':
      return null;
    default:
      return state satisfies never;
  }
}

/** What tells whether something is expected of a session soon. */
export interface MotionFacts {
  state: SessionState;
  desired: DesiredState;
  hasInstance: boolean;
  /** A reboot or a resize was asked for and is not done. */
  hasErrand: boolean;
}

/** Nothing is expected of such a session soon; an error without a machine has nothing to stop. */
export function isAtRest({ state, desired, hasInstance, hasErrand }: MotionFacts): boolean {
  if (hasErrand) return false;
  return state === desired || (state === 'error' && (desired === 'running' || !hasInstance));
}
