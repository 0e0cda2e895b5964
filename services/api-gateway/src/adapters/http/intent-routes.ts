import {
  type Command,
  EmptyBody,
  ResizeSessionBody,
  SessionSchema,
  StopSessionBody,
} from '@deskfleet/contracts';
import { ProblemError } from '@deskfleet/runtime';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type RequestIntentDeps, requestIntent } from '../../application/request-intent.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { acceptNoBody, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

const response = withProblems({ 202: SessionSchema });
const params = SessionParams;
const tags = ['sessions'];

/** Asking for a desktop to be started, stopped, rebooted, resized or terminated. */
export const intentRoutes: FastifyPluginAsyncTypebox<RequestIntentDeps> = async (app, deps) => {
  acceptNoBody(app);
  const accept = async (request: FastifyRequest, sessionId: string, command: Command) =>
    valueOrProblem(await requestIntent(deps, { ...callerOf(request), sessionId, command }));

  for (const kind of ['start', 'reboot'] as const) {
    app.post(
      `/sessions/:id/${kind}`,
      { schema: { summary: summaries[kind], tags, params, body: EmptyBody, response } },
      async (request, reply) =>
        reply.code(202).send(await accept(request, sessionIdOf(request.params), { kind })),
    );
  }

  app.post(
    '/sessions/:id/stop',
    { schema: { summary: summaries.stop, tags, params, body: StopSessionBody, response } },
    async (request, reply) => {
      const command = stopCommandOf(request.body);
      return reply.code(202).send(await accept(request, sessionIdOf(request.params), command));
    },
  );

  app.post(
    '/sessions/:id/resize',
    { schema: { summary: summaries.resize, tags, params, body: ResizeSessionBody, response } },
    async (request, reply) => {
      const command: Command = { kind: 'resize', instanceType: request.body.instanceType };
      return reply.code(202).send(await accept(request, sessionIdOf(request.params), command));
    },
  );

  app.delete(
    '/sessions/:id',
    { schema: { summary: summaries.terminate, tags, params, body: EmptyBody, response } },
    async (request, reply) => {
      const command: Command = { kind: 'terminate' };
      return reply.code(202).send(await accept(request, sessionIdOf(request.params), command));
    },
  );
};

const summaries: Record<Command['kind'], string> = {
  start: 'Start a stopped or hibernated desktop',
  stop: 'Stop or hibernate a desktop; its disks stay',
  reboot: 'Reboot a running desktop; unsaved work is lost',
  resize: 'Give a stopped desktop another instance type',
  terminate: 'Terminate a desktop; its disks are deleted for good',
};

/** @throws ProblemError when the two fields contradict each other: without power, nothing is written to disk. */
function stopCommandOf({ mode = 'stop', force = false }: StopSessionBody): Command {
  if (mode === 'hibernate' && force) {
    const detail =
      "The field 'force' cuts the power, and then there is nothing to hibernate. Leave out 'force' or 'mode'.";
    throw new ProblemError('invalid-request', detail, { errors: [{ pointer: '/force', detail }] });
  }
  return { kind: 'stop', mode, force };
}
