import { ProblemSchema } from '@deskfleet/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type Refusal, sessionNotFound } from '../../domain/refusal.ts';
import { problemOfRefusal } from './answer.ts';
import { callerOf } from './authentication.ts';
import { versionsSeen } from './entity-tags.ts';

/** Text in a query without control characters: Postgres cannot take a zero byte, and nobody means one. */
export const QueryText = Type.String({
  maxLength: 255,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'No control characters.',
});

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  // One of the users' list names a user: 255 characters of up to four bytes, in base64.
  cursor: Type.Optional(Type.String({ maxLength: 1_400, description: '`nextCursor` of the page before.' })),
};

/** Plain text, as what is no UUID is answered like a session that does not exist: 404. */
export const SessionParams = Type.Object({ id: Type.String({ description: 'Id of the session.' }) });

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The session id of the path, as the database writes it. */
export function sessionIdOf(params: { id: string }): string {
  return idOf(params, sessionNotFound);
}

/** The id of the path, as the database writes it; what is no UUID is answered like what does not exist. */
export function idOf({ id }: { id: string }, notFound: Refusal): string {
  if (!uuid.test(id)) throw problemOfRefusal(notFound);
  return id.toLowerCase();
}

/** A change of a session that was read before (If-Match), and who asks for it. */
export function sessionEditOf<Body>(
  request: FastifyRequest,
  { body, headers, params }: { body: Body; headers: { 'if-match'?: string }; params: { id: string } },
) {
  return { ...callerOf(request), sessionId: sessionIdOf(params), body, seen: versionsSeen(headers) };
}

/** For routes that need not be told anything: no body is as good as an empty object. */
export function acceptNoBody(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    request.body ??= {};
  });
}

/** The answers that every authenticated route may give, for the API's description. */
export function withProblems<Answers extends Record<number, unknown>>(answers: Answers) {
  return { ...answers, '4xx': problemAnswer('The request'), '5xx': problemAnswer('The service') };
}

function problemAnswer(who: string) {
  return {
    description: `${who} is at fault: RFC 9457, with a stable code. /docs/problems lists them.`,
    content: { 'application/problem+json': { schema: ProblemSchema } },
  };
}
