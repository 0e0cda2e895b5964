import { OperatingSystemSchema, SessionList, type SessionState, sessionStates } from '@deskfleet/contracts';
import { ProblemError } from '@deskfleet/runtime';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { type ListFilter, listSessions, type ReadSessionsDeps } from '../../application/read-sessions.ts';
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
    project: Type.Optional(Type.String({ format: 'uuid', description: 'Id of a project.' })),
    q: Type.Optional({ ...QueryText, description: 'Text in the name or the owner; no control characters.' }),
  },
  { additionalProperties: false },
);

/** Finding desktops. */
export const sessionListRoute: FastifyPluginAsyncTypebox<ReadSessionsDeps> = async (app, deps) => {
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
      valueOrProblem(await listSessions(deps, principalOf(request), filterOf(request.query))),
  );
};

function filterOf({ state, os, owner, project, q, cursor, limit }: Static<typeof ListQuery>): ListFilter {
  return {
    states: state === undefined ? null : statesOf(state),
    os: os ?? null,
    owner: owner ?? null,
    project: project ?? null,
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
