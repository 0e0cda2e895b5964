import type { ConnectionDenialReason } from '@deskfleet/contracts';
import type { TokenClaims } from '../domain/token-claims.ts';
import type { DenialBudget } from './denial-budget.ts';
import type { Clock, InTransaction, Log, NewId } from './ports.ts';

export interface Denial {
  reason: ConnectionDenialReason;
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
  newId: NewId;
  log: Log;
  /** Told of each denial that is on no record, for a metric. */
  onUnrecorded: () => void;
}

/** Subject of an event about a token that names no session. */
const unknownSubject = 'unknown';

/**
 * Makes the function that puts a denial on record, as far as the budget goes: in the log, in the log of connections, and as
 * ConnectionDenied. It never rejects: the answer is no already, whether or not anybody can be told.
 */
export function createDenialRecorder({
  inTransaction,
  budget,
  clock,
  newId,
  log,
  onUnrecorded,
}: DenialRecording): RecordDenial {
  return async ({ claims, owner, reason, correlationId, ...addresses }) => {
    const hostAddress = addresses.hostAddress ?? 'unknown';
    const deniedAt = clock.now();
    if (!budget.spend(hostAddress, deniedAt)) return onUnrecorded();
    const { sessionId = null, user = null, tokenId = null } = claims ?? {};
    const { clientAddress } = addresses;
    const denial = { sessionId, user, tokenId, clientAddress, hostAddress, reason };
    const data = { ...denial, owner };
    log.warn(data, 'A connection was refused');
    try {
      await inTransaction('token-service.record-denial', async (transaction) => {
        await transaction.addDenial({ ...denial, denialId: newId(), deniedAt });
        const subject = sessionId ?? unknownSubject;
        await transaction.publish('deskfleet.access.connection-denied.v1', subject, data, correlationId);
      });
    } catch (error) {
      onUnrecorded();
      log.error({ err: error, sessionId }, 'A refused connection could not be put on record');
    }
  };
}
