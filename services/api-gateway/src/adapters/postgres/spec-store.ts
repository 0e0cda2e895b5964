import {
  type Database,
  type DatabaseTransaction,
  lockOwner,
  lockSession,
  transact,
} from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { SpecChange, SpecFields, SpecStore } from '../../application/spec-store.ts';
import type { SessionRecord } from '../../domain/session-record.ts';
import { markEnded } from './admissions.ts';
import type { AnnounceEvent } from './announce-event.ts';
import { appendAudit } from './audit-log.ts';
import { readSession } from './intents.ts';

/** Changes of specs as transactions of Postgres, one at a time for each session. */
export function createSpecStore(db: Kysely<Database>, announce: AnnounceEvent): SpecStore {
  return {
    withSession: ({ sessionId, renames }, work) =>
      transact(db, 'api-gateway.change-spec', async (trx) => {
        // Before the session's, as everybody takes them who takes both.
        if (renames) await lockOwnerOf(trx, sessionId);
        await lockSession(trx, sessionId);
        const session = await readSession(trx, sessionId);
        return work({
          session,
          isNameTaken: async (name) => session !== null && isNameTaken(trx, session, name),
          record: (change) => recordChange(trx, change, announce),
        });
      }),
  };
}

/** A session never changes its owner. */
async function lockOwnerOf(trx: DatabaseTransaction, sessionId: string): Promise<void> {
  const query = trx.selectFrom('api_gateway.sessions').where('id', '=', sessionId).select('owner');
  const session = await query.executeTakeFirst();
  if (session) await lockOwner(trx, session.owner);
}

async function isNameTaken(
  trx: DatabaseTransaction,
  { id, owner }: SessionRecord,
  name: string,
): Promise<boolean> {
  await markEnded(trx, owner);
  const { rows } = await sql`
    select from api_gateway.sessions
    where owner = ${owner} and lower(name) = lower(${name}) and ended_at is null and id <> ${id}`.execute(
    trx,
  );
  return rows.length > 0;
}

async function recordChange(
  trx: DatabaseTransaction,
  { sessionId, set, announcement, audit }: SpecChange,
  announce: AnnounceEvent,
): Promise<void> {
  await trx
    .updateTable('api_gateway.sessions')
    .set({ ...columnsOf(set), spec_version: sql<number>`spec_version + 1` })
    .where('id', '=', sessionId)
    .execute();
  await appendAudit(trx, audit);
  await announce(trx, announcement);
}

/** What is not to be changed is undefined, which leaves its column out. */
function columnsOf(set: SpecFields) {
  return {
    name: set.name,
    schedule: set.schedule && JSON.stringify(set.schedule),
    schedule_changed_at: set.scheduleChangedAt,
    schedule_opened_at: set.scheduleOpenedAt,
    keep_running_until: set.keepRunningUntil,
    pause_until: set.pauseUntil,
    overrides_changed_at: set.overridesChangedAt,
    stop_at_close: set.stopAtClose,
    stop_at_close_by: set.stopAtCloseBy,
  };
}
