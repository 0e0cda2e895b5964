import { EmptyBody, SessionConnection } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type OpenConnectionDeps, openConnection } from '../../application/open-connection.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { acceptNoBody, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

/** Getting what opens a desktop. */
export const connectionRoute: FastifyPluginAsyncTypebox<OpenConnectionDeps> = async (app, deps) => {
  acceptNoBody(app);
  app.post(
    '/sessions/:id/connection',
    {
      schema: {
        summary: 'Addresses and a token to connect to a running desktop of yours',
        tags: ['sessions'],
        params: SessionParams,
        body: EmptyBody,
        response: withProblems({ 201: SessionConnection }),
      },
    },
    async (request, reply) => {
      const sessionId = sessionIdOf(request.params);
      return reply
        .code(201)
        .send(valueOrProblem(await openConnection(deps, { ...callerOf(request), sessionId })));
    },
  );
};
