import { CreateImageBody, ImageList, ImageSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type CreateImageDeps, createImage } from '../../application/create-image.ts';
import type { ImageReader } from '../../application/image-store.ts';
import { getImage, listImages } from '../../application/read-images.ts';
import { imageNotFound } from '../../domain/refusal.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf, principalOf } from './authentication.ts';
import { IdempotencyHeaders, idempotencyOf } from './idempotency-key.ts';
import { idOf, PageQuery, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

const tags = ['images'];
const ImageParams = Type.Object({ id: Type.String({ description: 'Id of the image.' }) });

/** Making software stacks of desktops. */
export const imageRoutes: FastifyPluginAsyncTypebox<CreateImageDeps & { images: ImageReader }> = async (
  app,
  { images, ...deps },
) => {
  app.post(
    '/sessions/:id/image',
    {
      schema: {
        summary: 'Make an image of a desktop, which becomes a software stack; the desktop goes on',
        tags,
        params: SessionParams,
        headers: IdempotencyHeaders,
        body: CreateImageBody,
        response: withProblems({ 202: ImageSchema }),
      },
    },
    async (request, reply) => {
      const sessionId = sessionIdOf(request.params);
      const { headers, body } = request;
      const idempotency = idempotencyOf(headers, `POST /v1/sessions/${sessionId}/image`, body);
      const outcome = await createImage(deps, { ...callerOf(request), sessionId, body, idempotency });
      const answer = valueOrProblem(outcome);
      if (answer.location !== null) reply.header('location', answer.location);
      // As it was kept, byte for byte; it went through the schema's type when it was made.
      return reply
        .code(202)
        .type('application/json; charset=utf-8')
        .send(answer.body as never);
    },
  );

  app.get(
    '/sessions/:id/images',
    {
      schema: {
        summary: 'The images that were asked for of a desktop, newest first',
        tags,
        params: SessionParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: withProblems({ 200: ImageList }),
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const page = { sessionId: sessionIdOf(request.params), cursor: cursor ?? null, limit: limit ?? 50 };
      return valueOrProblem(await listImages(images, principalOf(request), page));
    },
  );

  app.get(
    '/images/:id',
    {
      schema: {
        summary: 'How far an image is',
        tags,
        params: ImageParams,
        response: withProblems({ 200: ImageSchema }),
      },
    },
    async (request) =>
      valueOrProblem(await getImage(images, principalOf(request), idOf(request.params, imageNotFound))),
  );
};
