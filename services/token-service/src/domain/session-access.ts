import type { DesiredState, OperatingSystem, SessionState } from '@deskfleet/contracts';

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
  user: { disabled: boolean } | null;
}

export interface SessionRuntime {
  state: SessionState;
  /** What the session's latest intent wants, applied or not. */
  desired: DesiredState;
  accessEpoch: number;
  /** The instance's own address, in canonical form; null before EC2 has told it. */
  hostAddress: string | null;
}
