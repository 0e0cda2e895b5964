import type { IssuedToken, IssueTokenBody } from '@deskfleet/contracts';
import { decideToken, type TokenPolicy, type TokenRefusal } from '../domain/decide-token.ts';
import { isoTime } from './iso-time.ts';
import type { Clock, InTransaction, NewId, TokenCipher } from './ports.ts';

export interface TokenIssuing {
  inTransaction: InTransaction;
  cipher: TokenCipher;
  clock: Clock;
  newId: NewId;
  policy: TokenPolicy;
}

export type IssueResult = { issued: true; token: IssuedToken } | { issued: false; refusal: TokenRefusal };

/**
 * Makes a token with which its user may connect to a running session. Needs no lock: a stop that comes meanwhile raises
 * the epoch and so voids the token, and every connection is decided anew.
 * @throws when the records cannot be reached; no token leaves then.
 */
export async function issueToken(
  { inTransaction, cipher, clock, newId, policy }: TokenIssuing,
  {
    sessionId,
    user,
    clientAddress = null,
  }: Omit<IssueTokenBody, 'clientAddress'> & { clientAddress?: string | null },
  correlationId: string,
): Promise<IssueResult> {
  const tokenId = newId();
  const decision = await inTransaction('token-service.issue-token', async (transaction) => {
    const access = await transaction.readAccess(sessionId, user);
    const decided = decideToken({ sessionId, user, access }, policy, clock.now());
    if (!decided.granted) return decided;
    const { owner, firstUseBy, expiresAt } = decided.terms;
    await transaction.addToken({ tokenId, sessionId, user, ...decided.terms });
    const names = { sessionId, owner, user, tokenId, clientAddress };
    const data = { ...names, firstUseBy: isoTime(firstUseBy), expiresAt: isoTime(expiresAt) };
    await transaction.publish('deskfleet.access.token-issued.v1', sessionId, data, correlationId);
    return decided;
  });
  if (!decision.granted) return { issued: false, refusal: decision.refusal };
  const { dcvSessionId, firstUseBy, expiresAt } = decision.terms;
  const token = await cipher.seal({ tokenId, user, sessionId, ...decision.terms });
  const times = { firstUseBy: isoTime(firstUseBy), expiresAt: isoTime(expiresAt) };
  return { issued: true, token: { token, tokenId, dcvSessionId, ...times } };
}
