import type { SharedSession } from '../domain/session-access.ts';
import type { SessionRecord } from '../domain/session-record.ts';
import type { Announcement, AuditEntry, IdempotencyKey, StoredAnswer } from './ports.ts';

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

export interface ShareEnding {
  share: ShareRecord;
  at: Date;
  /** Who withdrew it, or what ended it: as `access.share-revoked` tells it. */
  cause: string;
  announcement: Announcement;
}

/** What sharing does inside its transaction. */
export interface ShareStep {
  /** As it is now, under its lock; null when there is none of that id. */
  session: SessionRecord | null;
  /** The answer to an earlier request with the same key. */
  previous: (StoredAnswer & { requestHash: string }) | null;
  /** Nobody disables the user until the step ends. */
  findUser(name: string): Promise<{ disabled: boolean } | null>;
  /** A share whose end is not written down yet, and by nobody else until the step ends; it may have run out. */
  findOpen(by: { user: string } | { id: string }): Promise<ShareRecord | null>;
  insert(share: ShareRecord, announcement: Announcement): Promise<void>;
  end(ending: ShareEnding): Promise<void>;
  keepAnswer(answer: StoredAnswer & IdempotencyKey): Promise<void>;
  audit(entry: AuditEntry): Promise<void>;
}

export interface ShareStore {
  /**
   * Runs `work` in one transaction that excludes every other decision about the session and, with a key, the other requests
   * of this principal that have one.
   */
  withSession<Result>(
    about: { sessionId: string; principal: string; key: string | null },
    work: (step: ShareStep) => Promise<Result>,
  ): Promise<Result>;
  /** The shares of a session that count, newest first, and of which its running host was told; null: no such session. */
  list(sessionId: string): Promise<(SharedSession & { shares: ShareRecord[]; toldIds: string[] }) | null>;
}

/** A share whose end is not written down, and whose session it is of. */
export interface OpenShare {
  share: ShareRecord;
  owner: string;
}

/** A share that has run out, or whose session has ended, and whose end is not written down. */
export interface DueShare extends OpenShare {
  sessionEndedAt: Date | null;
}

export interface ShareEndStore {
  /**
   * Runs `work` on shares that are due, in one transaction; each is given to one replica only. Resolves to how many there
   * were.
   */
  endDue(
    now: Date,
    work: (due: DueShare[], end: (ending: ShareEnding) => Promise<void>) => Promise<void>,
  ): Promise<number>;
  /** When the next share runs out; null: none will. */
  nextExpiry(): Promise<Date | null>;
}
