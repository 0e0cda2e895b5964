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
        description: 'A share that the user has already is replaced.',
        tags,
        params: SessionParams,
        body: CreateShareBody,
        response: withProblems({ 201: ShareSchema }),
      },
    },
    async (request, reply) => {
      const sessionId = sessionIdOf(request.params);
      const { body } = request;
      const share = valueOrProblem(await shareSession(deps, { ...callerOf(request), sessionId, body }));
      reply.code(201).header('location', `/v1/sessions/${sessionId}/shares/${share.id}`);
      return share;
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
