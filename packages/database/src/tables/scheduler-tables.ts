import type { Generated } from 'kysely';

/** What the scheduler knows of a session that has not ended, and when it has to look at it again. */
export interface ScheduleStateTable {
  session_id: string;
  /** When time next asks for something: an edge, its lead or its warning, another try, an expiry. Null: never. */
  next_transition_at: Date | null;
  /** The latest edge that was told (ScheduleStartDue, ScheduleStopDue); with a start lead it may be in the future. */
  edge_at: Date | null;
  edge_type: 'open' | 'close' | null;
  /** When a start or a stop was last asked for at this edge. */
  asked_at: Date | null;
  /** When the owner was warned of a stop, and of which close. */
  warned_at: Date | null;
  warned_of_close_at: Date | null;
  /** Since when the session has been at rest: of what the expiry was announced. */
  stopped_since: Date | null;
  /** First announcement of the expiry, and the latest one. */
  expiry_announced_at: Date | null;
  expiry_repeated_at: Date | null;
  /** When the session will be terminated, as announced. */
  expires_at: Date | null;
  /** Of the spec, and the beginning of the state, that were looked at last. */
  spec_version: number;
  state_since: Date | null;
  evaluated_at: Date | null;
}

/** The minute that was told last (ScheduleTick); one row. */
export interface LastTickTable {
  id: Generated<number>;
  minute: Date;
}

/** By which settings all sessions have been looked at; one row. */
export interface AppliedSettingsTable {
  id: Generated<number>;
  fingerprint: string;
}
