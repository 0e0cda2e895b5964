import { dcvSessionIdOf, hostAccountName } from '@deskfleet/contracts';
import { keptReason } from '../domain/kept-reason.ts';
import type { HostAnswer, SessionStatus } from '../domain/session-status.ts';
import { after } from '../domain/settings.ts';
import { concludeStop } from './conclude-stop.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import type { StatusChange } from './session-store.ts';

/** Hosts asked in one SendCommand (SSM API: at most 50 instance ids). */
const hostsPerCommand = 50;

/**
 * EC2 cuts the power of a system that does not shut down for a reboot within a few minutes (EC2 user guide, "Reboot your
 * instance"); a boot that is still the same after that was not rebooted.
 */
const rebootMinutes = 5;

/**
 * Asks hosts over SSM whether DCV serves their desktops and how many are connected, in batches; says which sessions are
 * running, and concludes the stops that wait for it.
 */
export class ReadinessCheck {
  private readonly deps: ReconcilerDeps;
  private readonly askAgainAt = new Map<string, number>();
  private readonly asking = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private readonly answers = new Map<string, { stateSince: number; answer: HostAnswer }>();

  constructor(deps: ReconcilerDeps) {
    this.deps = deps;
  }

  /** What the host said last since the session is in its state. */
  answerOf({ sessionId, stateSince }: SessionStatus): HostAnswer | undefined {
    const known = this.answers.get(sessionId);
    return known?.stateSince === stateSince.getTime() ? known.answer : undefined;
  }

  /** Starts asking those that have not been asked lately; a pass does not wait for slow hosts. */
  start(sessions: SessionStatus[]): void {
    const at = this.deps.monotonic();
    for (const [sessionId, again] of this.askAgainAt) if (at >= again) this.askAgainAt.delete(sessionId);
    const asked = new Set(sessions.map(({ sessionId }) => sessionId));
    for (const sessionId of this.answers.keys()) if (!asked.has(sessionId)) this.answers.delete(sessionId);
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
    const { hostAccounts } = this.deps;
    const hosts = sessions.map(({ sessionId, instanceId, os, owner }) => ({
      instanceId: instanceId ?? '',
      os,
      dcvSessionId: dcvSessionIdOf(sessionId, os),
      owner: hostAccountName(owner, { os, hostAccounts }),
    }));
    const answers = await this.deps.hosts.probe(hosts);
    for (const { sessionId, instanceId, stateSince, pendingStop } of sessions) {
      const answer = answers.get(instanceId ?? '');
      if (!answer) continue;
      this.answers.set(sessionId, { stateSince: stateSince.getTime(), answer });
      if (pendingStop) await concludeStop(this.deps, sessionId, { askedFor: pendingStop, answer });
      if (!answer.ready || pendingStop) continue;
      await this.deps.store.change('record-ready', sessionId, (status, now) => {
        // An answer about an earlier boot says nothing: the session must be where it was when the host was asked.
        const isSameBoot = status.stateSince.getTime() === stateSince.getTime();
        const waits = status.state === 'starting' || status.state === 'error';
        return isSameBoot && waits && status.desired === 'running'
          ? changeByAnswer(status, answer.bootId, now)
          : null;
      });
    }
  }
}

/** Ready, unless a reboot is waited for and this is still the boot before it. */
function changeByAnswer(status: SessionStatus, bootId: string | null, now: Date): StatusChange | null {
  if (status.rebootingFrom === null || (bootId !== null && bootId !== status.rebootingFrom)) {
    return {
      transition: { to: 'running', cause: status.desiredCause, reason: keptReason('running', status) },
      set: { bootId },
    };
  }
  const isOverdue = status.calledAt !== null && now >= after(status.calledAt, { minutes: rebootMinutes });
  return isOverdue && !status.rebootWanted ? { set: { rebootWanted: true } } : null;
}
