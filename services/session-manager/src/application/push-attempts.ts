import type { PermissionFailure } from './permission-ports.ts';
import type { Alert } from './ports.ts';

const firstPauseSeconds = 5;
const longestPauseSeconds = 60;
/** After this somebody who may not be there any more may have been there for long. */
const overdueSeconds = 300;

interface Attempt {
  /** All times are monotonic milliseconds. */
  dueSince: number;
  failures: number;
  again: number;
  lastFailure: PermissionFailure | null;
  isTold: boolean;
}

/** The hosts that are still to be told something: when each is tried next, and which wait for too long. */
export class PushAttempts {
  private readonly monotonic: () => number;
  private readonly alert: Alert;
  private readonly attempts = new Map<string, Attempt>();

  constructor({ monotonic, alert }: { monotonic: () => number; alert: Alert }) {
    this.monotonic = monotonic;
    this.alert = alert;
  }

  /** These are all that are due: what is not among them has been told, or runs no more. */
  dueAre(sessionIds: string[]): void {
    const due = new Set(sessionIds);
    for (const sessionId of this.attempts.keys()) if (!due.has(sessionId)) this.attempts.delete(sessionId);
    const at = this.monotonic();
    for (const sessionId of due) {
      const attempt = this.attempts.get(sessionId);
      if (attempt) this.alertIfOverdue(sessionId, attempt, at);
      else this.attempts.set(sessionId, { ...fresh, dueSince: at, again: at });
    }
  }

  /** For how many seconds to wait before the next try. */
  secondsUntilNext(sessionId: string): number {
    const { again = 0 } = this.attempts.get(sessionId) ?? {};
    return Math.max(0, (again - this.monotonic()) / 1000);
  }

  /** In a row, of those that are due. */
  failuresOf(sessionId: string): number {
    return this.attempts.get(sessionId)?.failures ?? 0;
  }

  done(sessionId: string): void {
    this.attempts.delete(sessionId);
  }

  failed(sessionId: string, failure: PermissionFailure): void {
    const attempt = this.attempts.get(sessionId);
    if (!attempt) return;
    const pause = Math.min(firstPauseSeconds * 2 ** attempt.failures, longestPauseSeconds);
    attempt.failures += 1;
    attempt.again = this.monotonic() + pause * 1000;
    attempt.lastFailure = failure;
  }

  /** Once for each host that does not come round. */
  private alertIfOverdue(sessionId: string, attempt: Attempt, at: number): void {
    if (attempt.isTold || at - attempt.dueSince < overdueSeconds * 1000) return;
    attempt.isTold = true;
    const detail = { sessionId, failures: attempt.failures, failure: attempt.lastFailure };
    this.alert('permissions-overdue', detail, 'a host has not been told who may use its desktop');
  }
}

const fresh = { failures: 0, lastFailure: null, isTold: false };
