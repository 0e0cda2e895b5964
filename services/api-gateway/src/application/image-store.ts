import type { ImageRecord } from '../domain/image-record.ts';
import type { SharedSession } from '../domain/session-access.ts';
import type { SessionRecord } from '../domain/session-record.ts';
import type { Announcement, AuditEntry, IdempotencyKey, StoredAnswer } from './ports.ts';

export interface ImageReader {
  findImage(id: string): Promise<ImageRecord | null>;
  /** The owner of the session and its images, newest first; null when there is no such session. */
  listImages(
    sessionId: string,
    page: { before: string | null; limit: number },
  ): Promise<(SharedSession & { images: ImageRecord[] }) | null>;
}

/** An image that is asked for, with all that is written in the same transaction. */
export interface RequestedImage {
  image: ImageRecord;
  requestedBy: string;
  correlationId: string;
  audit: AuditEntry;
  announcement: Announcement;
  /** The answer to keep, when the request has a key. */
  answer: (StoredAnswer & IdempotencyKey) | null;
}

/** What asking for an image does inside its transaction. */
export interface ImageStep {
  /** As it is now, under its lock; null when there is none of that id. */
  session: SessionRecord | null;
  /** What was answered to an earlier request with the same key. */
  previous: (StoredAnswer & { requestHash: string }) | null;
  /** Whether a software stack, or an image that is to become one, has the name; nobody else can take it meanwhile. */
  isNameTaken(name: string): Promise<boolean>;
  record(requested: RequestedImage): Promise<void>;
}

export interface ImageRequests {
  /** Runs `work` in one transaction that excludes every other decision about the session. */
  withSession<Result>(
    request: { sessionId: string; principal: string; key: string | null },
    work: (step: ImageStep) => Promise<Result>,
  ): Promise<Result>;
}
