import type { SessionDecision } from '../domain/decide-session.ts';
import type { Memory, SessionFacts } from '../domain/session-facts.ts';

/** A session that has to be looked at. */
export interface DueSession {
  facts: SessionFacts;
  memory: Memory;
  softwareStackId: string;
  /** Of what was looked at, to notice later that something has changed. */
  specVersion: number;
  stateSince: Date | null;
}

export interface Decided {
  session: DueSession;
  decision: SessionDecision;
}

/** What the scheduler knows, in Postgres. */
export interface ScheduleStore {
  /**
   * Claims sessions that are due, decides and records what was decided with its events, in one transaction: a session
   * that another replica has claimed is passed by. Answers what was decided; fewer than `limit` means that no more are due.
   */
  decideDue(now: Date, limit: number, decide: (session: DueSession) => SessionDecision): Promise<Decided[]>;
  /** When the next session is due; null when none is. */
  nextDueAt(): Promise<Date | null>;
  /** Tells that a minute has begun, unless it was told already; false then. */
  tick(minute: Date): Promise<boolean>;
  /** Takes up sessions that are not known, drops those that have ended, and makes due those that have changed unnoticed. */
  catchUp(now: Date): Promise<void>;
  /** The clock was set back: what was looked at later than now is due, and minutes are told again. */
  forgetFuture(now: Date): Promise<void>;
  /** Makes every session due if the settings are others than those by which they were looked at. */
  applySettings(fingerprint: string, now: Date): Promise<void>;
  /** How long starts take by software stack, in milliseconds: the 90th percentile of the last weeks. */
  startTimes(): Promise<Map<string, number>>;
}

/** What an operator sees of the work. */
export interface SchedulerMetrics {
  /** From when an edge was due to when it was told, in seconds. */
  observeLateness(seconds: number): void;
  countTold(what: string): void;
  /** A session could not be decided; it is tried again later. */
  countUndecided(): void;
}
