import type { DatabaseTransaction } from '@deskfleet/database';
import { sql } from 'kysely';
import { v7 } from 'uuid';
import { freeName } from '../../domain/free-name.ts';
import { lockCatalogue } from './catalogue-store.ts';

/**
 * Makes the software stack that an available image is to become: as the one of the desktop that it was made of, with the
 * image. Done once, however often it is tried and by whom; an image that is not available is left alone.
 */
export async function becomeStack(trx: DatabaseTransaction, imageId: string): Promise<void> {
  const image = await lockAvailableImage(trx, imageId);
  if (!image) return;
  await lockCatalogue(trx);
  const name = freeName(image.name, await stackNames(trx));
  const stackId = v7();
  await copyStack(trx, stackId, name, imageId);
  await trx
    .insertInto('api_gateway.software_stack_projects')
    .columns(['software_stack_id', 'project_id'])
    .expression((eb) =>
      eb
        .selectFrom('api_gateway.software_stack_projects')
        .where('software_stack_id', '=', image.source_stack_id)
        .select((e) => [e.cast<string>(e.val(stackId), 'uuid').as('software_stack_id'), 'project_id']),
    )
    .execute();
  await trx
    .updateTable('api_gateway.images')
    .set({ software_stack_id: stackId, became_stack_at: sql<Date>`now()` })
    .where('id', '=', imageId)
    .execute();
  await audit(trx, image, { id: stackId, name, image: image.ami_id, imageId });
}

type AvailableImage = NonNullable<Awaited<ReturnType<typeof lockAvailableImage>>>;

function lockAvailableImage(trx: DatabaseTransaction, imageId: string) {
  return trx
    .selectFrom('api_gateway.images as i')
    .innerJoin('api_gateway.sessions as s', 's.id', 'i.session_id')
    .innerJoin('session_manager.images as m', 'm.id', 'i.id')
    .where('i.id', '=', imageId)
    .where('i.became_stack_at', 'is', null)
    .where('m.state', '=', 'available')
    .select(['i.name', 'i.session_id', 'i.requested_by', 'm.ami_id'])
    .select('s.software_stack_id as source_stack_id')
    .forUpdate('i')
    .executeTakeFirst();
}

async function stackNames(trx: DatabaseTransaction): Promise<Set<string>> {
  const rows = await trx.selectFrom('api_gateway.software_stacks').select('name').execute();
  return new Set(rows.map(({ name }) => name.toLowerCase()));
}

/** A volume smaller than the imaged one does not take the image; a graphics image of the old stack is not this image. */
async function copyStack(
  trx: DatabaseTransaction,
  stackId: string,
  name: string,
  imageId: string,
): Promise<void> {
  await sql`
    insert into api_gateway.software_stacks (id, name, description, os, base_os, architecture, image, graphics_image,
      requires_gpu, mounts, hook_script, min_root_volume_gib, min_memory_gib, default_instance_type, profile_id, enabled)
    select ${stackId}, ${name}, i.description, k.os, k.base_os, k.architecture, m.ami_id, null,
      k.requires_gpu, k.mounts, k.hook_script, greatest(k.min_root_volume_gib, m.min_root_volume_gib),
      k.min_memory_gib, k.default_instance_type, k.profile_id, true
    from api_gateway.images i
      join session_manager.images m on m.id = i.id
      join api_gateway.sessions s on s.id = i.session_id
      join api_gateway.software_stacks k on k.id = s.software_stack_id
    where i.id = ${imageId}`.execute(trx);
}

/** Nobody's request made the stack, so there is no address: it is done for whoever asked for the image. */
async function audit(
  trx: DatabaseTransaction,
  { requested_by, session_id }: AvailableImage,
  detail: Record<string, unknown>,
): Promise<void> {
  await trx
    .insertInto('api_gateway.audit_log')
    .values({
      id: v7(),
      actor: requested_by,
      action: 'software-stack.create',
      session_id,
      detail: JSON.stringify(detail),
    })
    .execute();
}
