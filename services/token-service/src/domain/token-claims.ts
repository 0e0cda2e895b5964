import type { DateTime } from 'luxon';

/** What a token says: who may connect to which session, and under which epoch of its access. */
export interface TokenClaims {
  tokenId: string;
  user: string;
  /** The Deskfleet session: every Windows host calls its DCV session `console`, so that id alone names no desktop. */
  sessionId: string;
  /** The id under which the DCV server on the host knows the session. */
  dcvSessionId: string;
  /** Stop and terminate raise the session's epoch, which voids the tokens made before. */
  accessEpoch: number;
  issuedAt: DateTime;
  expiresAt: DateTime;
}
