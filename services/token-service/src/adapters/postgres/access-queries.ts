import {
  type DesiredState,
  type IntentKind,
  type OperatingSystem,
  type SessionState,
  targetOf,
} from '@deskfleet/contracts';
import { type Database, type DatabaseTransaction, prepared } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import { DateTime } from 'luxon';
import { validate as isUuid } from 'uuid';
import type { ReadSession } from '../../application/ports.ts';
import type { TokenRecord } from '../../domain/decide-connection.ts';
import type {
  SessionAccess,
  SessionRecord,
  SessionRuntime,
  ShareRecord,
  UserRecord,
} from '../../domain/session-access.ts';
import { canonicalAddress } from '../canonical-address.ts';

/** Columns of a session and what hangs on it; those of rows that a left join did not find are null. */
interface SessionRow {
  owner: string | null;
  os: OperatingSystem | null;
  generation: number | null;
  latest_intent: IntentKind | null;
  state: SessionState | null;
  desired: DesiredState | null;
  applied_seq: number | null;
  access_epoch: number | null;
  private_ip: string | null;
}

interface AccessRow extends SessionRow {
  known_user: string | null;
  disabled_at: Date | null;
  user_access_epoch: number | null;
  share_id: string | null;
  share_expires_at: Date | null;
  share_ended_at: Date | null;
}

const sessionColumns = [
  'session.owner',
  'session.os',
  'session.generation',
  'intent.kind as latest_intent',
  'runtime.state',
  'runtime.desired',
  'runtime.applied_seq',
  'runtime.access_epoch',
  'runtime.private_ip',
] as const;

const accessColumns = [
  ...sessionColumns,
  'user.name as known_user',
  'user.disabled_at',
  'user.access_epoch as user_access_epoch',
  'share.id as share_id',
  'share.expires_at as share_expires_at',
  'share.ended_at as share_ended_at',
] as const;

export async function readAccess(
  trx: DatabaseTransaction,
  sessionId: string,
  user: string,
): Promise<SessionAccess | null> {
  const row = await trx
    .selectFrom('api_gateway.sessions as session')
    .leftJoin('api_gateway.session_intents as intent', (join) =>
      join.onRef('intent.session_id', '=', 'session.id').onRef('intent.seq', '=', 'session.generation'),
    )
    .leftJoin('api_gateway.users as user', (join) => join.on('user.name', '=', user))
    .leftJoin('session_manager.session_runtime as runtime', 'runtime.session_id', 'session.id')
    .leftJoin('api_gateway.shares as share', (join) =>
      join
        .onRef('share.session_id', '=', 'session.id')
        .on('share.user_name', '=', user)
        .on('share.ended_at', 'is', null),
    )
    .where('session.id', '=', sessionId)
    .select(accessColumns)
    .executeTakeFirst();
  return row ? accessOf(row) : null;
}

/** Makes the reader of what a Connection Gateway asks about, in one statement outside of any transaction. */
export function createSessionReader(db: Kysely<Database>): ReadSession {
  const statement = prepared('session', sessionQuery(db).compile());
  return async (sessionId) => {
    // Postgres takes only a UUID for one.
    if (!isUuid(sessionId)) return null;
    const bound: typeof statement = { ...statement, parameters: [sessionId] };
    const { rows } = await db.executeQuery(bound);
    const [row] = rows;
    const record = row && recordOfSession(row);
    return record ? { sessionId: row.id, ...record } : null;
  };
}

/** Its parameter is the id of the session. */
function sessionQuery(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.sessions as session')
    .leftJoin('api_gateway.session_intents as intent', (join) =>
      join.onRef('intent.session_id', '=', 'session.id').onRef('intent.seq', '=', 'session.generation'),
    )
    .leftJoin('session_manager.session_runtime as runtime', 'runtime.session_id', 'session.id')
    .where('session.id', '=', '')
    .select(['session.id', ...sessionColumns]);
}

export interface TokenAndAccess {
  record: TokenRecord | null;
  access: SessionAccess | null;
}

/**
 * Makes the reader of everything that a connection is decided on, in one statement. It is compiled once, and planned once
 * for each connection to Postgres: both anew each time took most of the time that a DCV server waits.
 */
export function createTokenAndAccessReader(db: Kysely<Database>) {
  const statement = prepared('token-and-access', tokenAndAccessQuery(db).compile());
  return async (trx: DatabaseTransaction, tokenId: string, sessionId: string): Promise<TokenAndAccess> => {
    const bound: typeof statement = { ...statement, parameters: [tokenId, sessionId] };
    const { rows } = await trx.executeQuery(bound);
    const [row] = rows;
    return row ? { record: recordOf(row), access: accessOf(row) } : { record: null, access: null };
  };
}

/** Its two parameters are, in this order, the ids of token and session; the values here are only there to be replaced. */
export function tokenAndAccessQuery(db: Kysely<Database>) {
  return db
    .selectFrom('token_service.dcv_tokens as token')
    .leftJoin('api_gateway.sessions as session', 'session.id', 'token.session_id')
    .leftJoin('api_gateway.session_intents as intent', (join) =>
      join.onRef('intent.session_id', '=', 'session.id').onRef('intent.seq', '=', 'session.generation'),
    )
    .leftJoin('api_gateway.users as user', 'user.name', 'token.user_name')
    .leftJoin('session_manager.session_runtime as runtime', 'runtime.session_id', 'session.id')
    .leftJoin('api_gateway.shares as share', (join) =>
      join
        .onRef('share.id', '=', 'token.share_id')
        .onRef('share.session_id', '=', 'token.session_id')
        .onRef('share.user_name', '=', 'token.user_name'),
    )
    .where('token.id', '=', '')
    .where('token.session_id', '=', '')
    .select(accessColumns)
    .select(['token.first_use_by', 'token.expires_at', 'token.first_used_at'])
    .select(['token.share_id as bound_share', 'token.user_epoch']);
}

interface TokenRow {
  first_use_by: Date;
  expires_at: Date;
  first_used_at: Date | null;
  bound_share: string | null;
  user_epoch: number;
}

function recordOf(row: TokenRow): TokenRecord {
  return {
    shareId: row.bound_share,
    userEpoch: row.user_epoch,
    firstUseBy: utc(row.first_use_by),
    expiresAt: utc(row.expires_at),
    firstUsedAt: row.first_used_at && utc(row.first_used_at),
  };
}

function accessOf(row: AccessRow): SessionAccess | null {
  const record = recordOfSession(row);
  return record && { ...record, user: userOf(row), share: shareOf(row) };
}

function userOf({ known_user, disabled_at, user_access_epoch }: AccessRow): UserRecord | null {
  if (known_user === null || user_access_epoch === null) return null;
  return { disabled: disabled_at !== null, accessEpoch: user_access_epoch };
}

function shareOf({ share_id, share_expires_at, share_ended_at }: AccessRow): ShareRecord | null {
  if (share_id === null || share_expires_at === null) return null;
  return { shareId: share_id, expiresAt: utc(share_expires_at), ended: share_ended_at !== null };
}

function recordOfSession(row: SessionRow): SessionRecord | null {
  if (row.owner === null || row.os === null) return null;
  return { owner: row.owner, os: row.os, runtime: runtimeOf(row) };
}

function runtimeOf(row: SessionRow): SessionRuntime | null {
  const { state, desired, access_epoch: accessEpoch } = row;
  if (state === null || desired === null || accessEpoch === null) return null;
  return {
    state,
    desired: latestDesired(row, desired),
    accessEpoch,
    hostAddress: canonicalAddress(row.private_ip),
  };
}

/** An intent that session-manager has not dealt with yet says what is wanted; after that, session-manager's record does. */
function latestDesired(
  { generation, applied_seq, latest_intent }: SessionRow,
  recorded: DesiredState,
): DesiredState {
  const pending = generation !== null && applied_seq !== null && generation > applied_seq;
  return pending && latest_intent !== null ? targetOf(latest_intent) : recorded;
}

function utc(date: Date): DateTime {
  return DateTime.fromJSDate(date, { zone: 'utc' });
}
