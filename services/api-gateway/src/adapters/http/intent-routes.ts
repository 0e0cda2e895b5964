import { type Command, EmptyBody, SessionSchema, StopSessionBody } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type RequestIntentDeps, requestIntent } from '../../application/request-intent.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

const response = withProblems({ 202: SessionSchema });
const params = SessionParams;
const tags = ['sessions'];

/** Asking for a desktop to be started, stopped or terminated. */
export const intentRoutes: FastifyPluginAsyncTypebox<RequestIntentDeps> = async (app, deps) => {
  // None of these needs to be told anything, so no body is as good as an empty object.
  app.addHook('preValidation', async (request) => {
    request.body ??= {};
  });
  const accept = async (request: FastifyRequest, sessionId: string, command: Command) =>
    valueOrProblem(await requestIntent(deps, { ...callerOf(request), sessionId, command }));

  app.post(
    '/sessions/:id/start',
    { schema: { summary: 'Start a stopped desktop', tags, params, body: EmptyBody, response } },
    async (request, reply) => {
      const command = { kind: 'start' } as const;
      return reply.code(202).send(await accept(request, sessionIdOf(request.params), command));
    },
  );

  app.post(
    '/sessions/:id/stop',
    {
      schema: { summary: 'Stop a desktop; its disks stay', tags, params, body: StopSessionBody, response },
    },
    async (request, reply) => {
      const command: Command = { kind: 'stop', mode: 'stop', force: request.body.force ?? false };
      return reply.code(202).send(await accept(request, sessionIdOf(request.params), command));
    },
  );

  app.delete(
    '/sessions/:id',
    {
      schema: {
        summary: 'Terminate a desktop; its disks are deleted for good',
        tags,
        params,
        body: EmptyBody,
        response,
      },
    },
    async (request, reply) => {
      const command: Command = { kind: 'terminate' };
      return reply.code(202).send(await accept(request, sessionIdOf(request.params), command));
    },
  );
};
