import type { DesiredState, EventType, SessionState } from '@deskfleet/contracts';
import { after, type LifecycleSettings } from './settings.ts';

/**
 * Where a session can go from each state (lifecycle.md, "Transitions"). Anything else is a defect and refused by the
 * store. `terminated` is reachable from everywhere, since an instance can vanish at any time.
 */
const legalTransitions: Record<SessionState, readonly SessionState[]> = {
  requested: ['provisioning', 'error', 'terminated'],
  provisioning: ['starting', 'stopping', 'stopped', 'error', 'terminating', 'terminated'],
  starting: ['provisioning', 'running', 'stopping', 'stopped', 'error', 'terminating', 'terminated'],
  running: ['provisioning', 'stopping', 'stopped', 'terminating', 'terminated'],
  stopping: ['provisioning', 'starting', 'stopped', 'terminating', 'terminated'],
  stopped: ['provisioning', 'starting', 'stopping', 'terminating', 'terminated'],
  hibernating: [
    'provisioning',
    'starting',
    'running',
    'stopping',
    'stopped',
    'hibernated',
    'terminating',
    'terminated',
  ],
  hibernated: ['provisioning', 'starting', 'stopping', 'stopped', 'terminating', 'terminated'],
  resizing: ['stopped', 'terminating', 'terminated'],
  terminating: ['terminated'],
  terminated: [],
  error: [
    'requested',
    'provisioning',
    'starting',
    'running',
    'stopping',
    'stopped',
    'terminating',
    'terminated',
  ],
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
    case 'resizing':
    case 'hibernating':
    case 'stopping':
      return after(now, { minutes: settings.stoppingTimeoutMinutes });
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

/** Nothing is expected of such a session soon; an error without a machine has nothing to stop. */
export function isAtRest(session: {
  state: SessionState;
  desired: DesiredState;
  hasInstance: boolean;
}): boolean {
  const { state, desired, hasInstance } = session;
  return state === desired || (state === 'error' && (desired === 'running' || !hasInstance));
}
