import type { EventType, SessionState } from '@deskfleet/contracts';
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
      return null;
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
    case 'terminating':
      return after(now, { minutes: settings.terminatingTimeoutMinutes });
    case 'error':
      return after(now, { hours: settings.errorStopAfterHours });
    // The deadline of `requested` starts with the first failure to prepare a launch: waits that we chose do not count.
    case 'requested':
    case 'running':
    case 'stopped':
    case 'terminated':
      return null;
    default:
      return state satisfies never;
  }
}

/** States that something is expected to happen to soon; the reconciler looks at them often. */
export function isInMotion(state: SessionState): boolean {
  return ['requested', 'provisioning', 'starting', 'stopping', 'terminating'].includes(state);
}
