import { type Database, type DatabaseTransaction, transact } from '@deskfleet/database';
import type { Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import { v7 } from 'uuid';
import { baseWindowsStack, type WindowsImages } from '../../domain/deployed-images.ts';
import { touched } from './catalogue-rows.ts';
import { lockCatalogue } from './catalogue-store.ts';

const retryMilliseconds = 5_000;

/**
 * Gives the base Windows stack the images that the settings say, once the database is there. Every replica does so at
 * its start; the first one changes the row, and the others find it as it should be.
 */
export function startApplyingWindowsImages(
  db: Kysely<Database>,
  images: WindowsImages,
  logger: Logger,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const attempt = () =>
    applyWindowsImages(db, images).then(
      (changed) => {
        if (changed) logger.info(images, 'The Windows base stack has the images of DCV_WINDOWS_AMI now.');
      },
      (err) => {
        if (stopped) return;
        logger.warn({ err }, 'The images of DCV_WINDOWS_AMI could not be set; trying again.');
        timer = setTimeout(attempt, retryMilliseconds);
      },
    );
  if (images.image !== null || images.graphicsImage !== null) void attempt();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Returns whether anything had to be changed. */
export function applyWindowsImages(
  db: Kysely<Database>,
  { image, graphicsImage }: WindowsImages,
): Promise<boolean> {
  return transact(db, 'api-gateway.apply-windows-images', async (trx) => {
    await lockCatalogue(trx);
    const before = await trx
      .selectFrom('api_gateway.software_stacks')
      .where('id', '=', baseWindowsStack)
      .select(['name', 'image', 'graphics_image'])
      .executeTakeFirst();
    // Deleted by an administrator: it is not made again.
    if (!before) return false;
    const after = { image: image ?? before.image, graphics_image: graphicsImage ?? before.graphics_image };
    if (after.image === before.image && after.graphics_image === before.graphics_image) return false;
    await trx
      .updateTable('api_gateway.software_stacks')
      .set({ ...after, updated_at: touched })
      .where('id', '=', baseWindowsStack)
      .execute();
    await audit(trx, { id: baseWindowsStack, name: before.name, from: before, to: after });
    return true;
  });
}

/** Nobody's request did it. */
async function audit(trx: DatabaseTransaction, detail: object): Promise<void> {
  await trx
    .insertInto('api_gateway.audit_log')
    .values({
      id: v7(),
      actor: 'setting:DCV_WINDOWS_AMI',
      action: 'software-stack.update',
      detail: JSON.stringify(detail),
    })
    .execute();
}
