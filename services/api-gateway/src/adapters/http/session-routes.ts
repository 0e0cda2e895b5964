import { SessionHistory, SessionSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { getSession, type ReadSessionsDeps, readHistory } from '../../application/read-sessions.ts';
import { valueOrProblem } from './answer.ts';
import { principalOf } from './authentication.ts';
import { weakEtagOf } from './entity-tags.ts';
import { PageQuery, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

/** Reading one desktop. */
export const sessionRoutes: FastifyPluginAsyncTypebox<ReadSessionsDeps> = async (app, deps) => {
  app.get(
    '/sessions/:id',
    {
      schema: {
        summary: 'One desktop',
        tags: ['sessions'],
        params: SessionParams,
        response: withProblems({ 200: SessionSchema }),
      },
    },
    async (request, reply) => {
      const found = await getSession(deps, principalOf(request), sessionIdOf(request.params));
      const answer = valueOrProblem(found);
      reply.header('etag', weakEtagOf(answer));
      return answer.session;
    },
  );

  app.get(
    '/sessions/:id/history',
    {
      schema: {
        summary: 'What happened to a desktop and why, newest first',
        tags: ['sessions'],
        params: SessionParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: withProblems({ 200: SessionHistory }),
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const page = { sessionId: sessionIdOf(request.params), cursor: cursor ?? null, limit: limit ?? 50 };
      return valueOrProblem(await readHistory(deps.sessions, principalOf(request), page));
    },
  );
};
