import type { Image, ImageList } from '@deskfleet/contracts';
import { decodeCursor, encodeCursor } from '../domain/cursor.ts';
import { describeImage } from '../domain/image-record.ts';
import { maySee, type Principal } from '../domain/principal.ts';
import { done, imageNotFound, invalidCursor, type Outcome, refused } from '../domain/refusal.ts';
import { managedBy } from '../domain/session-access.ts';
import type { ImageReader } from './image-store.ts';

export async function getImage(
  images: ImageReader,
  principal: Principal,
  id: string,
): Promise<Outcome<Image>> {
  const image = await images.findImage(id);
  if (!image || !maySee(principal, image.owner)) return refused(imageNotFound);
  return done(describeImage(image));
}

/** The images that were asked for of a session, newest first. */
export async function listImages(
  images: ImageReader,
  principal: Principal,
  { sessionId, cursor, limit }: { sessionId: string; cursor: string | null; limit: number },
): Promise<Outcome<ImageList>> {
  const before = cursor === null ? null : decodeCursor('i', cursor);
  if (cursor !== null && before === null) return refused(invalidCursor);
  const found = await images.listImages(sessionId, { before, limit: limit + 1 });
  const managed = managedBy(principal, found);
  if (!managed.ok) return managed;
  const { images: shown } = managed.value;
  const page = shown.slice(0, limit);
  return done({
    items: page.map(describeImage),
    nextCursor: shown.length > limit ? encodeCursor('i', page.at(-1)?.id ?? '') : null,
  });
}
