import type { Session, SessionState } from '@deskfleet/contracts';

/** A state that a session entered. */
export interface StateStep {
  state: SessionState;
  at: Date;
}

/** What is known of a session's life: its steps in their order, from the last one before the month began at the latest. */
export interface LifeFacts {
  createdAt: Date;
  steps: readonly StateStep[];
}

export interface Usage {
  since: Date;
  /** AWS bills the instance. */
  runningHours: number;
  /** It is at rest and would be billed if it were always on. */
  stoppedHours: number;
}

const hour = 3_600_000;

/** How long a session has run and rested in the month (UTC) of `now`. */
export function usageOf({ createdAt, steps }: LifeFacts, now: Date): Usage {
  const monthBegin = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  const since = Math.max(monthBegin, createdAt.getTime());
  const total = { running: 0, resting: 0, neither: 0 };
  // A clock that was set back may have put a step before the one it follows: no time counts twice.
  let reached = since;
  for (const [index, { state, at }] of steps.entries()) {
    const begin = Math.max(reached, at.getTime());
    const next = steps[index + 1]?.at ?? now;
    reached = Math.max(begin, Math.min(next.getTime(), now.getTime()));
    total[billingOf(state, steps[index - 1]?.state)] += reached - begin;
  }
  return {
    since: new Date(since),
    runningHours: total.running / hour,
    stoppedHours: total.resting / hour,
  };
}

/**
 * Whether AWS bills the instance in a state. It does from `running` to the moment a stop is accepted, and while the
 * instance prepares to hibernate (EC2 User Guide, "Instance state changes"). `provisioning` counts as billed: it ends
 * when EC2 has been seen running, seconds after it is.
 */
function billingOf(state: SessionState, before: SessionState | undefined): 'running' | 'resting' | 'neither' {
  switch (state) {
    case 'provisioning':
    case 'starting':
    case 'running':
    case 'hibernating':
      return 'running';
    case 'stopping':
    case 'stopped':
    case 'hibernated':
    case 'resizing':
      return 'resting';
    // Out of `starting`, the machine runs and only its desktop does not; in the other cases it never came up.
    case 'error':
      return before === 'starting' ? 'running' : 'neither';
    // Not launched yet, or about to be no more: always-on would not be billed either.
    case 'requested':
    case 'terminating':
    case 'terminated':
      return 'neither';
    default:
      return state satisfies never;
  }
}

export function describeUsage({ since, runningHours, stoppedHours }: Usage): Session['usage'] {
  return {
    since: since.toISOString(),
    runningHours: toHundredths(runningHours),
    stoppedHours: toHundredths(stoppedHours),
  };
}

export function toHundredths(amount: number): number {
  return Math.round(amount * 100) / 100;
}
