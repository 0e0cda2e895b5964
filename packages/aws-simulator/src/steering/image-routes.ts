import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Image } from '../catalogue/images.ts';
import { publishedImages } from '../catalogue/images.ts';
import { deregister } from '../ec2/create-image.ts';
import { findImage, imageStateAt, snapshotProgress } from '../state/images.ts';
import type { ImageRecord } from '../state/records.ts';
import type { World } from '../state/world.ts';
import * as schemas from './schemas.ts';

interface IdParams {
  id: string;
}

function madeView(world: World, made: ImageRecord | undefined): object {
  if (!made) return {};
  const { region, sourceInstanceId, outcome, tags } = made;
  return { region, sourceInstanceId, outcome, tags, progress: snapshotProgress(made, world.clock.now()) };
}

function imageView(world: World, image: Image): object {
  const { imageId, name, architecture, system, rootSnapshotId, rootSizeGiB } = image;
  return {
    imageId,
    name,
    state: imageStateAt(world, imageId, world.clock.now()),
    architecture,
    platform: system.platform,
    operatingSystem: `${system.name} ${system.version}`,
    rootSnapshotId,
    rootSizeGiB,
    ...madeView(world, world.images.get(imageId)),
  };
}

function change(world: World, reply: FastifyReply, id: string, apply: () => void): FastifyReply {
  const image = findImage(world, id);
  if (!image) return reply.code(404).send({ message: `There is no image ${id}.` });
  apply();
  return reply.send(imageView(world, image));
}

/** `/_sim/images`: the published and the made ones; deregistered, brought back, and how those under way end. */
export function registerImageRoutes(scope: FastifyInstance, world: World): void {
  scope.get('/images', () => {
    const made = [...world.images.values()].map((record) => record.image);
    return { images: [...publishedImages.values(), ...made].map((image) => imageView(world, image)) };
  });
  scope.delete<{ Params: IdParams }>('/images/:id', ({ params: { id } }, reply) =>
    change(world, reply, id, () => deregister(world, id)),
  );
  scope.post<{ Params: IdParams }>('/images/:id/restore', ({ params: { id } }, reply) =>
    change(world, reply, id, () => world.deregistrations.delete(id)),
  );
  scope.patch<{ Params: IdParams; Body: Pick<ImageRecord, 'outcome'> }>(
    '/images/:id',
    { schema: { body: schemas.imageChange } },
    ({ params: { id }, body: { outcome } }, reply) => {
      const made = world.images.get(id);
      if (!made && publishedImages.has(id)) {
        return reply.code(409).send({ message: 'A published image has been available for long.' });
      }
      return change(world, reply, id, () => made && world.images.put(id, { ...made, outcome }));
    },
  );
}
