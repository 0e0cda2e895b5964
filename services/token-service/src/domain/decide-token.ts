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
  userEpoch: number;
  /** Null for the owner. */
  shareId: string | null;
  issuedAt: DateTime;
  firstUseBy: DateTime;
  expiresAt: DateTime;
}

export type TokenRefusal = { code: 'not-found' | 'not-running'; sentence: string };

export type TokenDecision = { granted: true; terms: TokenTerms } | { granted: false; refusal: TokenRefusal };

/** Who wants to connect to what, and what is known of both. */
export interface TokenFacts {
  sessionId: string;
  user: string;
  /** Its share is the one that this user has now. Null when there is no such session. */
  access: SessionAccess | null;
}

/**
 * Whether the user gets a token for the session, and until when it is good: never longer than the share that a guest has. A
 * session of somebody else is answered like one that does not exist, so that nobody learns of it.
 */
export function decideToken(facts: TokenFacts, policy: TokenPolicy, now: DateTime): TokenDecision {
  const { access, user, sessionId } = facts;
  if (access === null || access.user === null || access.user.disabled) return notFound;
  const right = rightOf(access, user, now);
  if (right === null) return notFound;
  const { runtime, owner, os } = access;
  if (runtime?.state !== 'running' || runtime.desired !== 'running') {
    return refused('not-running', 'This desktop is not running. Start it, and connect when it is ready.');
  }
  const terms = {
    owner,
    dcvSessionId: dcvSessionIdOf(sessionId, os),
    accessEpoch: runtime.accessEpoch,
    userEpoch: access.user.accessEpoch,
    shareId: right.shareId,
  };
  return { granted: true, terms: { ...terms, ...timesOf(policy, right.until, now) } };
}

interface Right {
  shareId: string | null;
  until: DateTime | null;
}

/** By what the user may connect, and until when if there is an end; null when they may not. */
function rightOf({ owner, share }: SessionAccess, user: string, now: DateTime): Right | null {
  if (owner === user) return { shareId: null, until: null };
  if (share === null || share.ended) return null;
  // A token counts whole seconds, and none may outlast its share: in its last part of a second a share gives none.
  const until = share.expiresAt.startOf('second');
  return now < until ? { shareId: share.shareId, until } : null;
}

function timesOf(
  policy: TokenPolicy,
  until: DateTime | null,
  now: DateTime,
): Pick<TokenTerms, 'issuedAt' | 'firstUseBy' | 'expiresAt'> {
  // A JWT counts whole seconds (RFC 7519, NumericDate): rounding here keeps token and database row the same.
  const issuedAt = now.startOf('second');
  const ownEnd = wholeSecondAfter(now.plus(policy.lifetime));
  const expiresAt = until === null ? ownEnd : DateTime.min(ownEnd, until);
  return { issuedAt, expiresAt, firstUseBy: DateTime.min(now.plus(policy.firstUseWithin), expiresAt) };
}

function wholeSecondAfter(time: DateTime): DateTime {
  const floor = time.startOf('second');
  return floor.equals(time) ? time : floor.plus({ seconds: 1 });
}

const notFound = refused('not-found', 'There is no such desktop of yours.');

function refused(code: TokenRefusal['code'], sentence: string): TokenDecision {
  return { granted: false, refusal: { code, sentence } };
}
