import type { EventData, EventType } from '@deskfleet/contracts';
import type { DateTime } from 'luxon';
import type { TokenRecord } from '../domain/decide-connection.ts';
import type { ResolvableSession } from '../domain/decide-resolution.ts';
import type { SessionAccess } from '../domain/session-access.ts';
import type { TokenClaims } from '../domain/token-claims.ts';

/** Makes tokens that nobody else can read, and opens those that we made. */
export interface TokenCipher {
  seal(claims: TokenClaims): Promise<string>;
  open(token: string, now: DateTime): Promise<OpenedToken>;
}

export type OpenedToken =
  | { opened: true; claims: TokenClaims }
  /** `claims` are known only where the token is ours and merely too old. */
  | { opened: false; reason: OpeningFailure; claims: TokenClaims | null };

export type OpeningFailure = 'token-altered' | 'token-expired' | 'token-key-unknown' | 'token-malformed';

/** One transaction on the shared records. What is done in it happens as a whole or not at all. */
export interface AccessTransaction {
  /** Waits until no intent is being accepted, connection authorised or automatic stop committed for this session. */
  lockSession(sessionId: string): Promise<void>;
  /** With the share that the user has now, if any. Null when there is no such session. */
  readAccess(sessionId: string, user: string): Promise<SessionAccess | null>;
  /** Both in one question, as every connection waits for it; with the share that the token is bound to, if any. */
  readTokenAndAccess(
    claims: TokenClaims,
  ): Promise<{ record: TokenRecord | null; access: SessionAccess | null }>;
  addToken(token: NewToken): Promise<void>;
  /** Also remembers the first use of the token, and publishes ConnectionAuthorized after the commit. */
  addConnection(connection: NewConnection): Promise<void>;
  addDenial(denial: NewDenial): Promise<void>;
  /** Published after the commit. `subject` is the session's id, or `unknown`. */
  publish<T extends EventType>(
    type: T,
    subject: string,
    data: EventData<T>,
    requestId: string,
  ): Promise<void>;
}

export interface NewToken {
  tokenId: string;
  sessionId: string;
  user: string;
  accessEpoch: number;
  userEpoch: number;
  shareId: string | null;
  issuedAt: DateTime;
  firstUseBy: DateTime;
  expiresAt: DateTime;
}

export interface NewConnection {
  connectionId: string;
  tokenId: string;
  sessionId: string;
  user: string;
  clientAddress: string | null;
  hostAddress: string;
  authorizedAt: DateTime;
  /** For the event. */
  owner: string;
  correlationId: string;
}

/** A refused connection; null is what is not known, as the token could not be opened or the server did not say. */
export interface NewDenial {
  denialId: string;
  sessionId: string | null;
  user: string | null;
  tokenId: string | null;
  clientAddress: string | null;
  hostAddress: string;
  reason: string;
  deniedAt: DateTime;
}

/** Runs `work` in a transaction; `name` names its failpoints. Rejects when the records cannot be reached. */
export type InTransaction = <Result>(
  name: string,
  work: (transaction: AccessTransaction) => Promise<Result>,
) => Promise<Result>;

/** Null when there is no session of that id, which may be any text. Rejects when the records cannot be reached. */
export type ReadSession = (sessionId: string) => Promise<ResolvableSession | null>;

export interface Clock {
  now(): DateTime;
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** UUID v7. */
export type NewId = () => string;
