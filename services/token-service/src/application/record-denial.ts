import type { DenialReason } from '../domain/decide-connection.ts';
import type { TokenClaims } from '../domain/token-claims.ts';
import type { DenialBudget } from './denial-budget.ts';
import type { Clock, InTransaction, Log, OpeningFailure } from './ports.ts';

/** `check-failed`: the records could not be reached, so nothing is known, and the answer is no. */
export type RefusalReason = DenialReason | OpeningFailure | 'check-failed' | 'malformed-request';

export interface Denial {
  reason: RefusalReason;
  /** What the token said; null where it could not be opened. */
  claims: TokenClaims | null;
  /** Null where the session is not known. */
  owner: string | null;
  clientAddress: string | null;
  hostAddress: string | null;
  correlationId: string;
}

export type RecordDenial = (denial: Denial) => Promise<void>;

export interface DenialRecording {
  inTransaction: InTransaction;
  budget: DenialBudget;
  clock: Clock;
  log: Log;
  /** Told of each denial that is in neither log nor events, for a metric. */
  onUnrecorded: () => void;
}

/** Subject of an event about a token that names no session. */
const unknownSubject = 'unknown';

/**
 * Makes the function that logs a denial and publishes ConnectionDenied, as far as the budget goes. It never rejects: the
 * answer is no already, whether or not anybody can be told.
 */
export function createDenialRecorder({
  inTransaction,
  budget,
  clock,
  log,
  onUnrecorded,
}: DenialRecording): RecordDenial {
  return async ({ claims, owner, reason, correlationId, ...addresses }) => {
    const hostAddress = addresses.hostAddress ?? 'unknown';
    if (!budget.spend(hostAddress, clock.now())) return onUnrecorded();
    const { sessionId = null, user = null, tokenId = null } = claims ?? {};
    const data = {
      sessionId,
      owner,
      user,
      tokenId,
      clientAddress: addresses.clientAddress,
      hostAddress,
      reason,
    };
    log.warn(data, 'A connection was refused');
    try {
      await inTransaction('token-service.record-denial', (transaction) =>
        transaction.publish(
          'deskfleet.access.connection-denied.v1',
          sessionId ?? unknownSubject,
          data,
          correlationId,
        ),
      );
    } catch (error) {
      onUnrecorded();
      log.error({ err: error, sessionId }, 'The event of a refused connection could not be written');
    }
  };
}
