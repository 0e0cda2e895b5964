import { ConnectionLog } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type HistoryReader, readConnectionLog } from '../../application/read-history.ts';
import { allowAdministratorsOnly } from './administrators-only.ts';
import { valueOrProblem } from './answer.ts';
import { PageQuery, QueryText, withProblems } from './request-shapes.ts';

const LogQuery = Type.Object(
  {
    ...PageQuery,
    session: Type.Optional(Type.String({ format: 'uuid', description: 'Id of a session.' })),
    user: Type.Optional({ ...QueryText, description: 'Name of who connected or tried to.' }),
    outcome: Type.Optional(Type.Enum(['authorized', 'denied'])),
  },
  { additionalProperties: false },
);

/** Who connected to any desktop, or tried to. */
export const connectionLogRoute: FastifyPluginAsyncTypebox<{ history: HistoryReader }> = async (
  app,
  { history },
) => {
  allowAdministratorsOnly(app);
  app.get(
    '/admin/connections',
    {
      schema: {
        summary: 'Connections to all desktops, and those that were denied with the reason, newest first',
        tags: ['administration'],
        querystring: LogQuery,
        response: withProblems({ 200: ConnectionLog }),
      },
    },
    async ({ query: { session, user, outcome, cursor, limit } }) =>
      valueOrProblem(
        await readConnectionLog(history, {
          sessionId: session ?? null,
          user: user ?? null,
          outcome: outcome ?? null,
          cursor: cursor ?? null,
          limit: limit ?? 50,
        }),
      ),
  );
};
