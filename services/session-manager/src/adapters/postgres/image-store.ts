import { type Database, type DatabaseTransaction, transact } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import type { Kysely } from 'kysely';
import type { ImageChange, ImageStore } from '../../application/image-store.ts';
import type { ImageStatus } from '../../domain/image-status.ts';

const unfinished = ['requested', 'pending'] as const;

/** The images in Postgres (application/image-store.ts). */
export function createPostgresImageStore(db: Kysely<Database>, events: EventWriter): ImageStore {
  return {
    async takeUp(now) {
      await db
        .insertInto('session_manager.images')
        .columns(['id', 'session_id', 'state', 'next_look_at', 'started_at'])
        .expression((eb) =>
          eb
            .selectFrom('api_gateway.images as i')
            .leftJoin('session_manager.images as m', 'm.id', 'i.id')
            .where('m.id', 'is', null)
            .select((e) => [
              'i.id',
              'i.session_id',
              e.val('requested').as('state'),
              e.cast<Date>(e.val(now), 'timestamptz').as('next_look_at'),
              e.cast<Date>(e.val(now), 'timestamptz').as('started_at'),
            ]),
        )
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    },

    async due(now) {
      const rows = await dueQuery(db, now).execute();
      return rows.map(statusOf);
    },

    beginCall: (id, now) =>
      transact(db, 'session-manager.begin-image', async (trx) => {
        const row = await trx
          .updateTable('session_manager.images')
          .set({ called_at: now })
          .where('id', '=', id)
          .where('state', '=', 'requested')
          .returning('id')
          .executeTakeFirst();
        return row !== undefined;
      }),

    change: (id, change, now) =>
      transact(db, 'session-manager.record-image', async (trx) => {
        const row = await trx
          .updateTable('session_manager.images')
          .set({
            ...columnsOf(change),
            ...((change.state === 'available' || change.state === 'failed') && { finished_at: now }),
          })
          .where('id', '=', id)
          .where('state', 'in', unfinished)
          .returning('ami_id')
          .executeTakeFirst();
        if (row) await announce(trx, events, { id, amiId: row.ami_id, change });
      }),
  };
}

/** Oldest first: who has waited longest has the next call. */
function dueQuery(db: Kysely<Database>, now: Date) {
  return db
    .selectFrom('session_manager.images as m')
    .innerJoin('api_gateway.images as i', 'i.id', 'm.id')
    .innerJoin('api_gateway.sessions as s', 's.id', 'i.session_id')
    .leftJoin('session_manager.session_runtime as r', 'r.session_id', 'i.session_id')
    .where('m.state', 'in', unfinished)
    .where('m.next_look_at', '<=', now)
    .orderBy('m.id')
    .select(['m.id', 'm.session_id', 'i.name', 'i.description', 'm.state', 'm.ami_id', 'm.called_at'])
    .select(['m.failed_calls', 'm.missing_since', 'm.started_at', 's.name as session_name'])
    .select(['r.state as session_state', 'r.desired', 'r.instance_id']);
}

type DueRow = Awaited<ReturnType<ReturnType<typeof dueQuery>['execute']>>[number];

function statusOf(row: DueRow): ImageStatus {
  const { session_name: name, session_state: state, desired, instance_id: instanceId } = row;
  return {
    id: row.id,
    sessionId: row.session_id,
    name: row.name,
    description: row.description,
    state: row.state === 'requested' ? 'requested' : 'pending',
    amiId: row.ami_id,
    calledAt: row.called_at,
    failedCalls: row.failed_calls,
    missingSince: row.missing_since,
    startedAt: row.started_at,
    session: state === null || desired === null ? null : { name, state, desired, instanceId },
  };
}

/** Undefined leaves a column as it is. */
function columnsOf({ reason, ...change }: ImageChange) {
  const columns = {
    state: change.state,
    ami_id: change.amiId,
    progress_percent: change.progressPercent,
    min_root_volume_gib: change.minRootVolumeGiB,
    failed_calls: change.failedCalls,
    missing_since: change.missingSince,
    next_look_at: change.nextLookAt,
    ...(reason !== undefined && {
      reason_code: reason?.code ?? null,
      reason_sentence: reason?.sentence ?? null,
    }),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

interface Changed {
  id: string;
  amiId: string | null;
  change: ImageChange;
}

/** Tells of an image's end, with the change that is it. */
async function announce(
  trx: DatabaseTransaction,
  events: EventWriter,
  { id, amiId, change }: Changed,
): Promise<void> {
  if (change.state !== 'available' && change.state !== 'failed') return;
  const image = await trx
    .selectFrom('api_gateway.images as i')
    .innerJoin('api_gateway.sessions as s', 's.id', 'i.session_id')
    .where('i.id', '=', id)
    .select(['i.session_id as sessionId', 's.owner', 'i.requested_by as cause', 'i.name'])
    .select('i.correlation_id')
    .executeTakeFirstOrThrow();
  const { correlation_id: correlationId, ...about } = image;
  const subject = about.sessionId;
  if (change.state === 'available') {
    const data = { imageId: id, ...about, amiId: amiId ?? '' };
    await events.append(trx, 'deskfleet.image.available.v1', { subject, data, correlationId });
  } else {
    const reason = change.reason ?? { code: 'image-failed', sentence: 'There is no image.' };
    const data = { imageId: id, ...about, amiId, reason };
    await events.append(trx, 'deskfleet.image.failed.v1', { subject, data, correlationId });
  }
}
