import type { DesiredState, OperatingSystem, SessionState } from '@deskfleet/contracts';
import type { DateTime } from 'luxon';

/** What Postgres says of a session, at one moment. */
export interface SessionRecord {
  owner: string;
  os: OperatingSystem;
  /** Null while session-manager has no row for the session yet. */
  runtime: SessionRuntime | null;
}

/** What Postgres says of a session and the user who wants to reach it, at one moment. */
export interface SessionAccess extends SessionRecord {
  /** Null when nobody of that name is known. */
  user: UserRecord | null;
  /** By which the user may connect to somebody else's session; null when there is none. */
  share: ShareRecord | null;
}

export interface UserRecord {
  disabled: boolean;
  /** Disabling a user raises it, which voids the tokens made before, for ever. */
  accessEpoch: number;
}

export interface ShareRecord {
  shareId: string;
  /** From then on it counts no more, whether or not anybody has written that it ended. */
  expiresAt: DateTime;
  /** Withdrawn, replaced, or ended otherwise. */
  ended: boolean;
}

export interface SessionRuntime {
  state: SessionState;
  /** What the session's latest intent wants, applied or not. */
  desired: DesiredState;
  accessEpoch: number;
  /** The instance's own address, in canonical form; null before EC2 has told it. */
  hostAddress: string | null;
}
