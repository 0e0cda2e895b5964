import { OperatingSystemSchema, SessionList, type SessionState, sessionStates } from '@deskfleet/contracts';
import { ProblemError } from '@deskfleet/runtime';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import type { SessionReader } from '../../application/ports.ts';
import { type ListFilter, listSessions } from '../../application/read-sessions.ts';
import { valueOrProblem } from './answer.ts';
import { principalOf } from './authentication.ts';
import { PageQuery, QueryText, withProblems } from './request-shapes.ts';

const ListQuery = Type.Object(
  {
    ...PageQuery,
    state: Type.Optional(
      Type.String({
        maxLength: 200,
        description: `One or more, separated by commas: ${sessionStates.join(', ')}.`,
      }),
    ),
    os: Type.Optional(OperatingSystemSchema),
    owner: Type.Optional(QueryText),
    q: Type.Optional({ ...QueryText, description: 'Text in the name or the owner; no control characters.' }),
  },
  { additionalProperties: false },
);

/** Finding desktops. */
export const sessionListRoute: FastifyPluginAsyncTypebox<{ sessions: SessionReader }> = async (
  app,
  { sessions },
) => {
  app.get(
    '/sessions',
    {
      schema: {
        summary: "Your desktops, newest first; an administrator sees everybody's",
        tags: ['sessions'],
        querystring: ListQuery,
        response: withProblems({ 200: SessionList }),
      },
    },
    async (request) =>
      valueOrProblem(await listSessions(sessions, principalOf(request), filterOf(request.query))),
  );
};

function filterOf({ state, os, owner, q, cursor, limit }: Static<typeof ListQuery>): ListFilter {
  return {
    states: state === undefined ? null : statesOf(state),
    os: os ?? null,
    owner: owner ?? null,
    search: q || null,
    cursor: cursor ?? null,
    limit: limit ?? 50,
  };
}

/** @throws ProblemError that names the states there are. */
function statesOf(text: string): SessionState[] {
  const wanted = text.split(',');
  const states = sessionStates.filter((state) => wanted.includes(state));
  if (wanted.every((each) => states.some((state) => state === each))) return states;
  const detail = `The query parameter 'state' must be one or more of ${sessionStates.join(', ')}, separated by commas.`;
  throw new ProblemError('invalid-request', detail, { errors: [{ pointer: '/state', detail }] });
}
