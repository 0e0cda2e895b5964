import { CreateShareBody, ShareList, ShareSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import {
  listShares,
  type SharingDeps,
  shareNotFound,
  shareSession,
  withdrawShare,
} from '../../application/share-session.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { IdempotencyHeaders, idempotencyOf } from './idempotency-key.ts';
import { idOf, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

const tags = ['sharing'];
const ShareParams = Type.Object({
  ...SessionParams.properties,
  shareId: Type.String({ description: 'Id of the share.' }),
});

/** Letting other users connect to a desktop. */
export const shareRoutes: FastifyPluginAsyncTypebox<SharingDeps> = async (app, deps) => {
  app.get(
    '/sessions/:id/shares',
    {
      schema: {
        summary: 'With whom a desktop is shared, newest first',
        tags,
        params: SessionParams,
        response: withProblems({ 200: ShareList }),
      },
    },
    async (request) => {
      const sessionId = sessionIdOf(request.params);
      return valueOrProblem(await listShares(deps, { ...callerOf(request), sessionId }));
    },
  );

  app.post(
    '/sessions/:id/shares',
    {
      schema: {
        summary: 'Share a desktop with another user until an instant',
        description:
          'A share that the user has already is replaced, and the connections that were made for it are void.',
        tags,
        params: SessionParams,
        headers: IdempotencyHeaders,
        body: CreateShareBody,
        response: withProblems({ 201: ShareSchema }),
      },
    },
    async (request, reply) => {
      const sessionId = sessionIdOf(request.params);
      const { headers, body } = request;
      const idempotency = idempotencyOf(headers, `POST /v1/sessions/${sessionId}/shares`, body);
      const outcome = await shareSession(deps, { ...callerOf(request), sessionId, body, idempotency });
      // As it was kept, byte for byte; it went through the schema's type when it was made.
      return reply
        .code(201)
        .type('application/json; charset=utf-8')
        .send(valueOrProblem(outcome).body as never);
    },
  );

  app.delete(
    '/sessions/:id/shares/:shareId',
    {
      schema: {
        summary: 'Withdraw a share: the guest is disconnected',
        tags,
        params: ShareParams,
        response: withProblems({ 204: Type.Null() }),
      },
    },
    async (request, reply) => {
      const sessionId = sessionIdOf(request.params);
      const shareId = idOf({ id: request.params.shareId }, shareNotFound);
      valueOrProblem(await withdrawShare(deps, { ...callerOf(request), sessionId, shareId }));
      return reply.code(204).send(null);
    },
  );
};
