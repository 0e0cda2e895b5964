import { dcvSessionIdOf } from '@deskfleet/contracts';
import type { SessionStatus } from '../domain/session-status.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';

/** Hosts asked in one SendCommand (SSM API: at most 50 instance ids). */
const hostsPerCommand = 50;

/** Asks hosts over SSM whether DCV serves their desktops, in batches, and says which sessions are running. */
export class ReadinessCheck {
  private readonly deps: ReconcilerDeps;
  private readonly askAgainAt = new Map<string, number>();
  private readonly asking = new Set<string>();
  private readonly running = new Set<Promise<void>>();

  constructor(deps: ReconcilerDeps) {
    this.deps = deps;
  }

  /** Starts asking those that have not been asked lately; a pass does not wait for slow hosts. */
  start(sessions: SessionStatus[]): void {
    const at = this.deps.monotonic();
    for (const [sessionId, again] of this.askAgainAt) if (at >= again) this.askAgainAt.delete(sessionId);
    const due = sessions.filter(
      ({ sessionId }) => !this.asking.has(sessionId) && !this.askAgainAt.has(sessionId),
    );
    for (const os of ['linux', 'windows'] as const) {
      const ofThisOs = due.filter((session) => session.os === os);
      for (let i = 0; i < ofThisOs.length; i += hostsPerCommand) {
        this.ask(ofThisOs.slice(i, i + hostsPerCommand));
      }
    }
  }

  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private ask(sessions: SessionStatus[]): void {
    for (const { sessionId } of sessions) this.asking.add(sessionId);
    const run = this.askAndRecord(sessions)
      .catch((error) =>
        this.deps.logger.warn({ err: error }, 'hosts could not be asked whether they are ready'),
      )
      .finally(() => {
        const again = this.deps.monotonic() + this.deps.readinessIntervalSeconds * 1000;
        for (const { sessionId } of sessions) {
          this.asking.delete(sessionId);
          this.askAgainAt.set(sessionId, again);
        }
        this.running.delete(run);
      });
    this.running.add(run);
  }

  private async askAndRecord(sessions: SessionStatus[]): Promise<void> {
    const hosts = sessions.map(({ sessionId, instanceId, os }) => ({
      instanceId: instanceId ?? '',
      os,
      dcvSessionId: dcvSessionIdOf(sessionId, os),
    }));
    const ready = await this.deps.hosts.readyAmong(hosts);
    for (const { sessionId, instanceId, stateSince } of sessions) {
      if (!instanceId || !ready.has(instanceId)) continue;
      await this.deps.store.change('record-ready', sessionId, (status) => {
        // An answer about an earlier boot says nothing: the session must be where it was when the host was asked.
        const isSameBoot = status.stateSince.getTime() === stateSince.getTime();
        const waits = status.state === 'starting' || status.state === 'error';
        if (!isSameBoot || !waits || status.desired !== 'running') return null;
        return { transition: { to: 'running', cause: status.desiredCause, reason: null } };
      });
    }
  }
}
