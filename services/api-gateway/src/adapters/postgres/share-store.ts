import { type Database, type DatabaseTransaction, transact } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type {
  DueShare,
  OpenShare,
  ShareEnding,
  ShareEndStore,
  ShareRecord,
  ShareStep,
  ShareStore,
} from '../../application/share-store.ts';
import type { AnnounceEvent } from './announce-event.ts';
import { appendAudit } from './audit-log.ts';
import { keepAnswer, readKeyedRequest } from './kept-answers.ts';
import { countsNow } from './live-guests.ts';

/** Sharing as transactions of Postgres, one at a time for each session. */
export function createShareStore(db: Kysely<Database>, announce: AnnounceEvent): ShareStore {
  return {
    withSession: ({ sessionId, principal, key }, work) =>
      transact(db, 'api-gateway.share-session', async (trx) => {
        const { session, previous } = await readKeyedRequest(trx, { sessionId, principal, key });
        return work(stepOf(trx, { sessionId, session, principal, previous, announce }));
      }),
    list: (sessionId) => listShares(db, sessionId),
  };
}

interface StepParts {
  sessionId: string;
  session: ShareStep['session'];
  principal: string;
  previous: ShareStep['previous'];
  announce: AnnounceEvent;
}

function stepOf(
  trx: DatabaseTransaction,
  { sessionId, session, principal, previous, announce }: StepParts,
): ShareStep {
  return {
    session,
    previous,
    async findUser(name) {
      const query = trx.selectFrom('api_gateway.users').where('name', '=', name).select('disabled_at');
      const row = await query.forShare().executeTakeFirst();
      return row ? { disabled: row.disabled_at !== null } : null;
    },
    async findOpen(by) {
      const open = selectOpen(trx).where('h.session_id', '=', sessionId);
      const query = 'id' in by ? open.where('h.id', '=', by.id) : open.where('h.user_name', '=', by.user);
      const row = await query.forUpdate().executeTakeFirst();
      return row ? toShare(row) : null;
    },
    async insert(share, announcement) {
      await trx.insertInto('api_gateway.shares').values(columnsOf(share)).execute();
      await announce(trx, announcement);
    },
    end: (ending) => endShare(trx, ending, announce),
    keepAnswer: (answer) => keepAnswer(trx, principal, answer),
    audit: (entry) => appendAudit(trx, entry),
  };
}

/** Of a row that is locked, and known to be open. */
async function endShare(
  trx: DatabaseTransaction,
  { share, at, cause, announcement }: ShareEnding,
  announce: AnnounceEvent,
): Promise<void> {
  const end = { ended_at: at, ended_cause: cause };
  await trx.updateTable('api_gateway.shares').set(end).where('id', '=', share.id).execute();
  await announce(trx, announcement);
}

async function listShares(db: Kysely<Database>, sessionId: string) {
  const session = await db
    .selectFrom('api_gateway.sessions as s')
    .leftJoin('session_manager.session_runtime as r', 'r.session_id', 's.id')
    .leftJoin('session_manager.host_permissions as p', (join) =>
      join
        .onRef('p.session_id', '=', 's.id')
        .onRef('p.state_since', '=', 'r.state_since')
        .on('r.state', '=', 'running')
        // Without one it is being told, or has not confirmed it.
        .on('p.digest', '!=', ''),
    )
    .where('s.id', '=', sessionId)
    .select(['s.owner', 'p.share_ids'])
    .executeTakeFirst();
  if (!session) return null;
  const rows = await selectOpen(db)
    .where('h.session_id', '=', sessionId)
    .where(countsNow)
    .orderBy('h.id', 'desc')
    .execute();
  const shares = rows.map(toShare);
  return { owner: session.owner, guests: shares, shares, toldIds: session.share_ids ?? [] };
}

/** Shares that end in one transaction: few enough that their locks are never noticed. */
const batchSize = 100;

/** Ends what is shared with a user who is being disabled. */
export async function endSharesOf(
  trx: DatabaseTransaction,
  user: string,
  { announce, endingOf }: { announce: AnnounceEvent; endingOf: (open: OpenShare) => ShareEnding },
): Promise<void> {
  const rows = await selectOpen(trx)
    .innerJoin('api_gateway.sessions as s', 's.id', 'h.session_id')
    .where('h.user_name', '=', user)
    .select('s.owner')
    .orderBy('h.id')
    .forUpdate('h')
    .execute();
  for (const { owner, ...row } of rows) {
    await endShare(trx, endingOf({ share: toShare(row), owner }), announce);
  }
}

/** What is due of all sessions, whichever replica looks first. */
export function createShareEndStore(db: Kysely<Database>, announce: AnnounceEvent): ShareEndStore {
  return {
    endDue: (now, work) =>
      transact(db, 'api-gateway.end-shares', async (trx) => {
        const rows = await dueQuery(trx, now).execute();
        const due = rows.map(({ owner, session_ended_at, ...row }): DueShare => {
          return { share: toShare(row), owner, sessionEndedAt: session_ended_at };
        });
        await work(due, (ending) => endShare(trx, ending, announce));
        return due.length;
      }),
    async nextExpiry() {
      const open = db.selectFrom('api_gateway.shares').where('ended_at', 'is', null);
      const query = open.orderBy('expires_at').select('expires_at').limit(1);
      return (await query.executeTakeFirst())?.expires_at ?? null;
    },
  };
}

function dueQuery(trx: DatabaseTransaction, now: Date) {
  return selectOpen(trx)
    .innerJoin('api_gateway.sessions as s', 's.id', 'h.session_id')
    .where((where) => where.or([where('s.ended_at', 'is not', null), where('h.expires_at', '<=', now)]))
    .select(['s.owner', 's.ended_at as session_ended_at'])
    .orderBy('h.id')
    .limit(batchSize)
    .forUpdate('h')
    .skipLocked();
}

function selectOpen(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.shares as h')
    .where('h.ended_at', 'is', null)
    .select(['h.id', 'h.session_id', 'h.user_name', 'h.permissions', 'h.features', 'h.granted_by'])
    .select(['h.created_at', 'h.expires_at']);
}

type ShareRow = Awaited<ReturnType<ReturnType<typeof selectOpen>['execute']>>[number];

function toShare(row: ShareRow): ShareRecord {
  return {
    id: row.id,
    sessionId: row.session_id,
    user: row.user_name,
    permissions: row.permissions,
    features: row.features,
    grantedBy: row.granted_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

function columnsOf(share: ShareRecord) {
  return {
    id: share.id,
    session_id: share.sessionId,
    user_name: share.user,
    permissions: share.permissions,
    features: share.features,
    granted_by: share.grantedBy,
    created_at: share.createdAt,
    expires_at: share.expiresAt,
  };
}
