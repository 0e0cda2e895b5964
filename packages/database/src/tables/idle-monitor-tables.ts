import type { IdleStatus } from '@deskfleet/contracts';
import type { Generated } from 'kysely';

/** What was last found about whether a running session is used. */
export interface IdleStateTable {
  session_id: string;
  /** When it is looked at again. */
  next_check_at: Date;
  status: Generated<IdleStatus>;
  /** A stable code, and the same for the owner. */
  reason: Generated<string>;
  sentence: Generated<string>;
  checked_at: Date | null;
  /** Since when nobody has used it, and when it stops if that goes on; null where that is not known. */
  idle_since: Date | null;
  stops_at: Date | null;
  /** When the owner was warned; null when no warning holds. */
  warned_at: Date | null;
  /** Checks in a row that could not tell. */
  unknown_checks: Generated<number>;
  /** When it was last used by what the host said, and the host's own words for it: while they stay, so does the instant. */
  last_access_at: Date | null;
  access_mark: string | null;
  /** The host did not answer the last time it was asked. */
  host_silent: Generated<boolean>;
}
