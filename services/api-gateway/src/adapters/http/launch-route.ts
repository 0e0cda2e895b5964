import { CreateSessionBody, SessionSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type CreateSessionDeps, createSession } from '../../application/create-session.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { IdempotencyHeaders, idempotencyOf } from './idempotency-key.ts';
import { withProblems } from './request-shapes.ts';

/** Launching a desktop. */
export const launchRoute: FastifyPluginAsyncTypebox<CreateSessionDeps> = async (app, deps) => {
  app.post(
    '/sessions',
    {
      schema: {
        summary: 'Launch a desktop',
        tags: ['sessions'],
        headers: IdempotencyHeaders,
        body: CreateSessionBody,
        response: withProblems({ 202: SessionSchema }),
      },
    },
    async (request, reply) => {
      const idempotency = idempotencyOf(request.headers, 'POST /v1/sessions', request.body);
      const answer = valueOrProblem(
        await createSession(deps, { ...callerOf(request), body: request.body, idempotency }),
      );
      if (answer.location !== null) reply.header('location', answer.location);
      // As it was kept, byte for byte; it went through the schema's type when it was made.
      return reply
        .code(202)
        .type('application/json; charset=utf-8')
        .send(answer.body as never);
    },
  );
};
