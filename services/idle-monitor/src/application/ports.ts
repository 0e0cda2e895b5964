import type { OperatingSystem } from '@deskfleet/contracts';
import type { CheckOutcome } from '../domain/check-outcome.ts';
import type { IdleFacts } from '../domain/idle-facts.ts';
import type { CpuReading, HostReading } from '../domain/observations.ts';

/** CloudWatch: the CPU of instances. */
export interface CpuMetrics {
  /**
   * The average over the window that ends now, of every one of these instances. One bad answer spoils no other: what could
   * not be asked is `unavailable`. Never throws.
   */
  cpuOf(instanceIds: string[]): Promise<Map<string, CpuReading>>;
}

export interface HostToAsk {
  instanceId: string;
  os: OperatingSystem;
  /** It did not answer the last time: SSM is asked first whether it knows the host at all. */
  wasSilent: boolean;
}

/** SSM: what hosts say of the use of their desktops. */
export interface Hosts {
  /**
   * Asks hosts, batch by batch, and tells of each batch as soon as it is read; resolves when every host is told of, whatever
   * went wrong. `askedAt` is a moment (of `now`) before any host of the batch looked. `tell` may be called again before it has resolved. Never
   * throws but what `tell` throws.
   */
  observe(hosts: HostToAsk[], tell: (batch: HostBatch) => Promise<void>): Promise<void>;
}

export interface HostBatch {
  askedAt: Date;
  readings: Map<string, HostReading>;
}

/** A session that is due, with the instant that its row was read with: it is recorded only while that stays. */
export type Candidate = IdleFacts & { dueAt: Date };

/** A session that was judged. `outcome` null: what is known of it now leaves it open, and it is looked at again soon. */
export interface Judged {
  candidate: Candidate;
  outcome: CheckOutcome | null;
}

/** What idle-monitor knows, in Postgres. */
export interface IdleStore {
  /** Takes up running sessions that are not known, whatever events were lost. */
  takeUp(now: Date): Promise<void>;
  /** Running sessions that are due. Those that do not run any more are forgotten. */
  due(now: Date): Promise<Candidate[]>;
  /** When the next session is due; null when none is. */
  nextDueAt(): Promise<Date | null>;
  /**
   * Records what was judged, with its events, in one transaction. Of what is to be told, the session's record is read again
   * and it is judged again by `judge`: what somebody did meanwhile counts. Rows that have changed since they were read stay.
   * Answers what was recorded.
   * @throws LeaseLostError when another replica sweeps.
   */
  record(
    judged: Judged[],
    judge: (candidate: Candidate) => CheckOutcome | null,
    now: Date,
  ): Promise<Judged[]>;
  /** How many sessions run that nobody has been able to judge for several checks. */
  countUnseen(): Promise<number>;
}

/** Another replica has taken over: what this one was about to record is its business. */
export class LeaseLostError extends Error {
  constructor() {
    super('another replica sweeps now');
    this.name = 'LeaseLostError';
  }
}

/** Who may sweep; held by one process of a region at a time. */
export interface SweepLease {
  /** Takes or renews it; false: another process holds it. */
  hold(): Promise<boolean>;
  release(): Promise<void>;
}

/** What an operator sees of the work. */
export interface IdleMetrics {
  observeSweep(seconds: number): void;
  countCheck(outcome: CheckOutcome): void;
  setUnseen(sessions: number): void;
}
