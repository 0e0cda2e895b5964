import type { SharedSession } from '../domain/session-access.ts';
import type { SessionRecord } from '../domain/session-record.ts';
import type { Announcement, AuditEntry } from './ports.ts';

/** A share as it is kept. */
export interface ShareRecord {
  id: string;
  sessionId: string;
  user: string;
  permissions: string;
  features: string[];
  grantedBy: string;
  createdAt: Date;
  expiresAt: Date;
}

/** What ends a share besides a person: see `access.share-revoked` in contracts. */
export type ShareEnd = 'expiry' | 'replaced' | 'session-ended' | 'user-disabled';

export interface ShareEnding {
  share: ShareRecord;
  at: Date;
  announcement: Announcement;
}

/** What sharing does inside its transaction. */
export interface ShareStep {
  /** As it is now, under its lock; null when there is none of that id. */
  session: SessionRecord | null;
  findUser(name: string): Promise<{ disabled: boolean } | null>;
  /** A share whose end is not written down yet; it may have run out. */
  findOpen(by: { user: string } | { id: string }): Promise<ShareRecord | null>;
  insert(share: ShareRecord, announcement: Announcement): Promise<void>;
  /** `cause` is that of the announcement. */
  end(ending: ShareEnding, cause: string): Promise<void>;
  audit(entry: AuditEntry): Promise<void>;
}

export interface ShareStore {
  /** Runs `work` in one transaction that excludes every other decision about the session. */
  withSession<Result>(sessionId: string, work: (step: ShareStep) => Promise<Result>): Promise<Result>;
  /** The shares of a session that count, newest first, and of which its running host was told; null: no such session. */
  list(sessionId: string): Promise<(SharedSession & { shares: ShareRecord[]; toldIds: string[] }) | null>;
}

/** A share that something else than a person has ended. */
export interface DueShare {
  share: ShareRecord;
  owner: string;
  cause: Exclude<ShareEnd, 'replaced'>;
}

export interface ShareEndStore {
  /**
   * Runs `work` on shares that have ended and are not known to have, in one transaction; each is given to one replica
   * only. Resolves to how many there were.
   */
  endDue(
    now: Date,
    work: (
      due: DueShare[],
      end: (ending: ShareEnding, cause: DueShare['cause']) => Promise<void>,
    ) => Promise<void>,
  ): Promise<number>;
  /** When the next share runs out; null: none will. */
  nextExpiry(): Promise<Date | null>;
}
