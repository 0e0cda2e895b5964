import { type HistoryKind, historyKinds, SessionHistory, SessionSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type HistoryReader, readHistory } from '../../application/read-history.ts';
import { getSession, type ReadSessionsDeps } from '../../application/read-sessions.ts';
import { valueOrProblem } from './answer.ts';
import { principalOf } from './authentication.ts';
import { weakEtagOf } from './entity-tags.ts';
import { PageQuery, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

const HistoryQuery = Type.Object(
  {
    ...PageQuery,
    kind: Type.Optional(
      Type.Enum([...historyKinds], { description: 'Only its steps, or only connections; without it, both.' }),
    ),
  },
  { additionalProperties: false },
);

export interface SessionRoutesDeps extends ReadSessionsDeps {
  history: HistoryReader;
}

/** Reading one desktop. */
export const sessionRoutes: FastifyPluginAsyncTypebox<SessionRoutesDeps> = async (app, deps) => {
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
        summary: 'What happened to a desktop and why, and who connected to it or was denied, newest first',
        tags: ['sessions'],
        params: SessionParams,
        querystring: HistoryQuery,
        response: withProblems({ 200: SessionHistory }),
      },
    },
    async (request) => {
      const { kind, cursor, limit } = request.query;
      const kinds: readonly HistoryKind[] = kind === undefined ? historyKinds : [kind];
      const page = { cursor: cursor ?? null, limit: limit ?? 50 };
      const sessionId = sessionIdOf(request.params);
      return valueOrProblem(
        await readHistory(deps.history, principalOf(request), { sessionId, kinds, ...page }),
      );
    },
  );
};
