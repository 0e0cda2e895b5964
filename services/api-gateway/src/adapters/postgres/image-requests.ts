import { type Database, type DatabaseTransaction, transact } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { ImageRequests, RequestedImage } from '../../application/image-store.ts';
import type { AnnounceEvent } from './announce-event.ts';
import { appendAudit } from './audit-log.ts';
import { lockCatalogue } from './catalogue-store.ts';
import { keepAnswer, readKeyedRequest } from './kept-answers.ts';

/** Requests for images as transactions of Postgres, one at a time for each session. */
export function createImageRequests(db: Kysely<Database>, announce: AnnounceEvent): ImageRequests {
  return {
    withSession: ({ sessionId, principal, key }, work) =>
      transact(db, 'api-gateway.create-image', async (trx) => {
        const request = await readKeyedRequest(trx, { sessionId, principal, key });
        return work({
          ...request,
          isNameTaken: (name) => isNameTaken(trx, name),
          async record(requested) {
            await insertImage(trx, requested);
            await appendAudit(trx, requested.audit);
            if (requested.answer) await keepAnswer(trx, principal, requested.answer);
            await announce(trx, requested.announcement);
          },
        });
      }),
  };
}

/** The catalogue's lock keeps the name from being taken until the transaction ends. */
async function isNameTaken(trx: DatabaseTransaction, name: string): Promise<boolean> {
  await lockCatalogue(trx);
  const { rows } = await sql<{ taken: boolean }>`
    select exists (select from api_gateway.software_stacks k where lower(k.name) = lower(${name}))
      or exists (
        select from api_gateway.images i left join session_manager.images m on m.id = i.id
        where i.became_stack_at is null and lower(i.name) = lower(${name}) and m.state is distinct from 'failed'
      ) as taken`.execute(trx);
  return rows[0]?.taken ?? true;
}

async function insertImage(
  trx: DatabaseTransaction,
  { image, requestedBy, correlationId }: RequestedImage,
): Promise<void> {
  await trx
    .insertInto('api_gateway.images')
    .values({
      id: image.id,
      session_id: image.sessionId,
      name: image.name,
      description: image.description,
      requested_by: requestedBy,
      correlation_id: correlationId,
      created_at: image.createdAt,
    })
    .execute();
}
