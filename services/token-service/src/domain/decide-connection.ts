import type { OperatingSystem } from '@deskfleet/contracts';
import type { DateTime } from 'luxon';
import type { SessionAccess, SessionRuntime } from './session-access.ts';
import { isTellable } from './tellable-name.ts';
import type { TokenClaims } from './token-claims.ts';

/** Everything that is known when a DCV server asks whether a token may connect. */
export interface ConnectionFacts {
  claims: TokenClaims;
  /** The DCV session that the host was asked for. */
  askedDcvSessionId: string;
  /** Where the question came from, in canonical form; null when no address could be made of it. */
  hostAddress: string | null;
  /** The record made when the token was issued; null when there is none (any more). */
  record: TokenRecord | null;
  /** Its share is the one that the token is bound to. Null when there is no such session. */
  access: SessionAccess | null;
}

export interface TokenRecord {
  firstUseBy: DateTime;
  expiresAt: DateTime;
  firstUsedAt: DateTime | null;
  /** The share by which a guest got the token; null for the owner. */
  shareId: string | null;
  /** Of the user, when the token was issued. */
  userEpoch: number;
}

/** Why a connection was refused: for the log, the event and the metric; the client never learns it. */
export type DenialReason =
  | 'access-ended'
  | 'first-use-too-late'
  | 'not-owner'
  | 'session-not-running'
  | 'session-unknown'
  | 'share-ended'
  | 'stop-accepted'
  | 'token-expired'
  | 'token-unknown'
  | 'user-access-ended'
  | 'user-disabled'
  | 'user-name-untellable'
  | 'user-unknown'
  | 'wrong-dcv-session'
  | 'wrong-host';

export type ConnectionDecision =
  | {
      authorized: true;
      user: string;
      owner: string;
      os: OperatingSystem;
      hostAddress: string;
    }
  | { authorized: false; reason: DenialReason };

/**
 * Whether the holder of an opened token may connect now. The token alone proves only that we made it: that its user still
 * may use the session, that the session runs, and that its own host is asking, is checked anew each time.
 */
export function decideConnection(facts: ConnectionFacts, now: DateTime): ConnectionDecision {
  const { claims, record, access, hostAddress } = facts;
  if (record === null) return denied('token-unknown');
  if (now >= record.expiresAt || now >= claims.expiresAt) return denied('token-expired');
  if (record.firstUsedAt === null && now > record.firstUseBy) return denied('first-use-too-late');
  if (facts.askedDcvSessionId !== claims.dcvSessionId) return denied('wrong-dcv-session');
  if (access === null) return denied('session-unknown');
  // The host before the rest: a stolen token tried elsewhere must show as that, whatever the session does meanwhile.
  if (hostAddress === null || hostAddress !== access.runtime?.hostAddress) return denied('wrong-host');
  const reason =
    userRefusal(access, claims.user, record) ??
    shareRefusal(access, claims.user, record, now) ??
    runtimeRefusal(access.runtime, claims.accessEpoch);
  if (reason !== null) return denied(reason);
  const { user } = claims;
  const { owner, os } = access;
  return { authorized: true, user, owner, os, hostAddress };
}

function userRefusal(access: SessionAccess, user: string, { userEpoch }: TokenRecord): DenialReason | null {
  if (access.user === null) return 'user-unknown';
  if (access.user.disabled) return 'user-disabled';
  if (access.user.accessEpoch !== userEpoch) return 'user-access-ended';
  if (!isTellable(user)) return 'user-name-untellable';
  return null;
}

/** A token of a guest lives and dies with its own share: a later one, or becoming the owner, does not revive it. */
function shareRefusal(
  { owner, share }: SessionAccess,
  user: string,
  { shareId }: TokenRecord,
  now: DateTime,
): DenialReason | null {
  if (shareId === null) return owner === user ? null : 'not-owner';
  if (share?.shareId !== shareId || share.ended || now >= share.expiresAt) return 'share-ended';
  return null;
}

function runtimeRefusal(runtime: SessionRuntime, accessEpoch: number): DenialReason | null {
  if (accessEpoch !== runtime.accessEpoch) return 'access-ended';
  if (runtime.state !== 'running') return 'session-not-running';
  // A stop or an end that was accepted but not acted on yet: whoever connects now would be thrown out in a moment.
  if (runtime.desired !== 'running') return 'stop-accepted';
  return null;
}

function denied(reason: DenialReason): ConnectionDecision {
  return { authorized: false, reason };
}
