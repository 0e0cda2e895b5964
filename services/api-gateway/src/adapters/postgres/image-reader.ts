import type { ImageState } from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { ImageReader } from '../../application/image-store.ts';
import type { ImageProgress, ImageRecord } from '../../domain/image-record.ts';
import { guestsColumn, toGuests } from './live-guests.ts';

/** Reads images: what was asked for, and how far session-manager says it is. */
export function createImageReader(db: Kysely<Database>): ImageReader {
  return {
    async findImage(id) {
      const row = await selectImages(db).where('i.id', '=', id).executeTakeFirst();
      return row ? toImageRecord(row) : null;
    },
    async listImages(sessionId, { before, limit }) {
      const session = await db
        .selectFrom('api_gateway.sessions')
        .where('id', '=', sessionId)
        .select(['owner', guestsColumn('api_gateway.sessions.id').as('guests')])
        .executeTakeFirst();
      if (!session) return null;
      const rows = await selectImages(db)
        .where('i.session_id', '=', sessionId)
        .$if(before !== null, (query) => query.where('i.id', '<', before))
        .orderBy('i.id', 'desc')
        .limit(limit)
        .execute();
      const guests = toGuests(session.guests);
      return { owner: session.owner, guests, images: rows.map(toImageRecord) };
    },
  };
}

function selectImages(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.images as i')
    .innerJoin('api_gateway.sessions as s', 's.id', 'i.session_id')
    .leftJoin('session_manager.images as m', 'm.id', 'i.id')
    .select(['i.id', 'i.session_id', 's.owner', 'i.name', 'i.description', 'i.created_at'])
    .select(['i.software_stack_id', 'm.state', 'm.progress_percent', 'm.finished_at'])
    .select(['m.reason_code', 'm.reason_sentence']);
}

type ImageRow = Awaited<ReturnType<ReturnType<typeof selectImages>['execute']>>[number];

function toImageRecord(row: ImageRow): ImageRecord {
  return {
    id: row.id,
    sessionId: row.session_id,
    owner: row.owner,
    name: row.name,
    description: row.description,
    createdAt: row.created_at,
    softwareStackId: row.software_stack_id,
    progress: row.state === null ? null : toProgress(row, row.state),
  };
}

function toProgress(row: ImageRow, state: ImageState): ImageProgress {
  const { reason_code: code, reason_sentence: sentence } = row;
  return {
    state,
    percent: row.progress_percent,
    reason: code === null ? null : { code, sentence: sentence ?? '' },
    finishedAt: row.finished_at,
  };
}
