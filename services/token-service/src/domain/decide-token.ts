import { dcvSessionIdOf } from '@deskfleet/contracts';
import { DateTime, type Duration } from 'luxon';
import type { SessionAccess } from './session-access.ts';

export interface TokenPolicy {
  /** From issue to the first connection. */
  firstUseWithin: Duration;
  /** From issue to the last connection. */
  lifetime: Duration;
}

export interface TokenTerms {
  owner: string;
  dcvSessionId: string;
  accessEpoch: number;
  issuedAt: DateTime;
  firstUseBy: DateTime;
  expiresAt: DateTime;
}

export type TokenRefusal = { code: 'not-found' | 'not-running'; sentence: string };

export type TokenDecision = { granted: true; terms: TokenTerms } | { granted: false; refusal: TokenRefusal };

/** Who wants to connect to what, and what is known of both; `access` is null when there is no such session. */
export interface TokenFacts {
  sessionId: string;
  user: string;
  access: SessionAccess | null;
}

/**
 * Whether the user gets a token for the session, and until when it is good. A session of somebody else is answered like
 * one that does not exist, so that nobody learns of it.
 */
export function decideToken(facts: TokenFacts, policy: TokenPolicy, now: DateTime): TokenDecision {
  const { access, user, sessionId } = facts;
  if (access === null || access.owner !== user || access.user === null || access.user.disabled) {
    return refused('not-found', 'There is no such desktop of yours.');
  }
  const { runtime, owner, os } = access;
  if (runtime?.state !== 'running' || runtime.desired !== 'running') {
    return refused('not-running', 'This desktop is not running. Start it, and connect when it is ready.');
  }
  const terms = { owner, dcvSessionId: dcvSessionIdOf(sessionId, os), accessEpoch: runtime.accessEpoch };
  return { granted: true, terms: { ...terms, ...timesOf(policy, now) } };
}

function timesOf(
  policy: TokenPolicy,
  now: DateTime,
): Pick<TokenTerms, 'issuedAt' | 'firstUseBy' | 'expiresAt'> {
  // A JWT counts whole seconds (RFC 7519, NumericDate): rounding here keeps token and database row the same.
  const issuedAt = now.startOf('second');
  const expiresAt = wholeSecondAfter(now.plus(policy.lifetime));
  return { issuedAt, expiresAt, firstUseBy: DateTime.min(now.plus(policy.firstUseWithin), expiresAt) };
}

function wholeSecondAfter(time: DateTime): DateTime {
  const floor = time.startOf('second');
  return floor.equals(time) ? time : floor.plus({ seconds: 1 });
}

function refused(code: TokenRefusal['code'], sentence: string): TokenDecision {
  return { granted: false, refusal: { code, sentence } };
}
