import { hash } from 'node:crypto';
import { CreateSessionBody, SessionSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type CreateSessionDeps, createSession } from '../../application/create-session.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { withProblems } from './request-shapes.ts';

const CreateHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x21-\\x7e]+$',
      description:
        'Printable ASCII without spaces. Sent again with the same body within 24 hours: same answer.',
    }),
  ),
});

/** Launching a desktop. */
export const launchRoute: FastifyPluginAsyncTypebox<CreateSessionDeps> = async (app, deps) => {
  app.post(
    '/sessions',
    {
      schema: {
        summary: 'Launch a desktop',
        tags: ['sessions'],
        headers: CreateHeaders,
        body: CreateSessionBody,
        response: withProblems({ 202: SessionSchema }),
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      const idempotency = key === undefined ? null : { key, requestHash: requestHash(request.body) };
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

/** Of the body's meaning: the order of its fields and its white space do not make another request. */
function requestHash(body: CreateSessionBody): string {
  const fields = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify(['POST /v1/sessions', fields]), 'base64url');
}
