import type { SchedulingSpec } from '../domain/scheduling-spec.ts';
import type { SessionRecord } from '../domain/session-record.ts';
import type { Announcement, AuditEntry } from './ports.ts';

/** What can be changed of a session's spec, apart from its intents. */
export type SpecFields = Partial<SchedulingSpec> & { name?: string };

export interface SpecChange {
  sessionId: string;
  set: SpecFields;
  announcement: Announcement;
  audit: AuditEntry;
}

/** What a change of a spec does inside its transaction. */
export interface SpecStep {
  /** As it is now, under its lock; null when there is none of that id. */
  session: SessionRecord | null;
  /** Whether another live session of the owner has the name, whatever its case. */
  isNameTaken(name: string): Promise<boolean>;
  /** Writes the change, which raises the version of the spec, with its event and its audit entry. */
  record(change: SpecChange): Promise<void>;
}

export interface SpecStore {
  /**
   * Runs `work` in one transaction that excludes every other decision about the session and, where the session may be
   * renamed, its owner's admissions.
   */
  withSession<Result>(
    about: { sessionId: string; renames: boolean },
    work: (step: SpecStep) => Promise<Result>,
  ): Promise<Result>;
}
