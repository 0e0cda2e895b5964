import type { SessionState } from '@deskfleet/contracts';
import type { SessionStatus } from '../domain/session-status.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';

const watched: ReadonlySet<SessionState> = new Set(['stopping', 'hibernating', 'terminating']);

/** Tells operators once of each stop, hibernation or termination that takes too long. */
export class OverdueAlerts {
  private readonly deps: Pick<ReconcilerDeps, 'alert' | 'clock'>;
  private alerted = new Map<string, number>();

  constructor(deps: Pick<ReconcilerDeps, 'alert' | 'clock'>) {
    this.deps = deps;
  }

  /** `sessions` are all that are in motion, or more: what is not among them is forgotten. */
  alert(sessions: SessionStatus[]): void {
    const now = this.deps.clock.now().toJSDate();
    const alerted = new Map<string, number>();
    for (const { sessionId, state, deadlineAt, stateSince } of sessions) {
      if (!watched.has(state) || !deadlineAt || now < deadlineAt) continue;
      alerted.set(sessionId, deadlineAt.getTime());
      if (this.alerted.get(sessionId) === deadlineAt.getTime()) continue;
      const detail = { sessionId, state, since: stateSince };
      this.deps.alert('stuck-transition', detail, `a desktop is stuck in ${state}`);
    }
    this.alerted = alerted;
  }
}
