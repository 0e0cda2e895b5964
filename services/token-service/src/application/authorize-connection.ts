import { type ConnectionDenialReason, dcvUserName, type HostNaming } from '@deskfleet/contracts';
import { type ConnectionDecision, decideConnection } from '../domain/decide-connection.ts';
import type { TokenClaims } from '../domain/token-claims.ts';
import type { Clock, InTransaction, Log, NewId, TokenCipher } from './ports.ts';
import type { RecordDenial } from './record-denial.ts';

/** What a DCV server asks, and from where. */
export interface ConnectionQuestion {
  token: string;
  askedDcvSessionId: string;
  clientAddress: string | null;
  /** Canonical; null when no address could be made of what the proxies report. */
  hostAddress: string | null;
  correlationId: string;
}

/** `user` is what the user is called on the host: DCV lets in whoever owns its session there. */
export type Answer =
  | { authorized: true; user: string }
  | { authorized: false; reason: ConnectionDenialReason };

export interface ConnectionAuthorizing {
  inTransaction: InTransaction;
  cipher: TokenCipher;
  clock: Clock;
  newId: NewId;
  log: Log;
  recordDenial: RecordDenial;
  hostNaming: Omit<HostNaming, 'os'>;
}

/** Answers a DCV server; never rejects. Whatever goes wrong is a no, and the log says why. */
export async function authorizeConnection(
  deps: ConnectionAuthorizing,
  question: ConnectionQuestion,
): Promise<Answer> {
  try {
    const opened = await deps.cipher.open(question.token, deps.clock.now());
    if (!opened.opened) return await refuse(deps, question, opened);
    const { decision, owner } = await decideUnderLock(deps, question, opened.claims);
    if (decision.authorized) {
      const { user, os } = decision;
      return { authorized: true, user: dcvUserName(user, { os, ...deps.hostNaming }) };
    }
    return await refuse(deps, question, { reason: decision.reason, claims: opened.claims, owner });
  } catch (error) {
    deps.log.error(
      { err: error, hostAddress: question.hostAddress },
      'A connection could not be checked, so it was refused',
    );
    return { authorized: false, reason: 'check-failed' };
  }
}

interface Decided {
  decision: ConnectionDecision;
  owner: string | null;
}

/** The facts are read, the decision made and its effect written while nothing else decides about the session. */
function decideUnderLock(
  { inTransaction, clock, newId }: ConnectionAuthorizing,
  question: ConnectionQuestion,
  claims: TokenClaims,
): Promise<Decided> {
  return inTransaction('token-service.authorize-connection', async (transaction) => {
    await transaction.lockSession(claims.sessionId);
    const known = await transaction.readTokenAndAccess(claims);
    const now = clock.now();
    const decision = decideConnection({ claims, ...question, ...known }, now);
    if (decision.authorized) {
      const { hostAddress, owner, user } = decision;
      const { tokenId, sessionId } = claims;
      const { clientAddress, correlationId } = question;
      const about = { tokenId, sessionId, user, clientAddress, hostAddress, owner, correlationId };
      await transaction.addConnection({ connectionId: newId(), ...about, authorizedAt: now });
    }
    return { decision, owner: known.access?.owner ?? null };
  });
}

interface Refusal {
  reason: ConnectionDenialReason;
  claims: TokenClaims | null;
  owner?: string | null;
}

async function refuse(
  deps: ConnectionAuthorizing,
  question: ConnectionQuestion,
  refusal: Refusal,
): Promise<Answer> {
  const { reason, claims, owner = null } = refusal;
  const { clientAddress, hostAddress, correlationId } = question;
  await deps.recordDenial({ reason, claims, owner, clientAddress, hostAddress, correlationId });
  return { authorized: false, reason };
}
