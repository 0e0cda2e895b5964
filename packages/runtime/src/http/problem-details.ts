import { type Problem, problemCodes } from '@deskfleet/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { watchAllowedMethods } from './allowed-methods.ts';
import { ProblemError } from './problem-error.ts';
import { problemOf } from './problem-of.ts';

/**
 * Answers every error as application/problem+json (RFC 9457). Register it before any route: it then also knows which
 * methods a path allows. Server faults are logged in full; the client gets a request id instead.
 */
export const problemDetails = fastifyPlugin(
  async (app: FastifyInstance) => {
    const allowedMethods = watchAllowedMethods(app);
    app.setErrorHandler((error, request, reply) => sendProblem(problemOf(error), request, reply));
    app.setNotFoundHandler((request, reply) => {
      const allowed = allowedMethods(pathOf(request));
      return sendProblem(
        allowed.length > 0 ? methodNotAllowed(request, allowed) : notFound(),
        request,
        reply,
      );
    });
  },
  { name: 'deskfleet-problem-details' },
);

/**
 * For Fastify's option `frameworkErrors`: a path that cannot be decoded fails before any plugin is asked.
 */
export function answerFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(problemOf(error), request, reply);
}

/** Answers a request with a problem; for hooks and handlers that reply themselves. */
export function sendProblem(
  problem: ProblemError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, title } = problemCodes[problem.code];
  if (status >= 500) logServerFault(problem, request);
  const body: Problem = {
    type: `/docs/problems#${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance: pathOf(request),
    code: problem.code,
    ...(problem.errors && problem.errors.length > 0 ? { errors: problem.errors } : {}),
    requestId: request.id,
  };
  return reply
    .code(status)
    .headers(problem.headers)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(body);
}

function logServerFault(problem: ProblemError, request: FastifyRequest): void {
  const err = problem.cause ?? problem;
  if (problem.code === 'service-unavailable') {
    request.log.warn({ err }, 'A request could not be served because something it needs is away.');
  } else {
    request.log.error({ err }, 'A request failed by a fault of ours.');
  }
}

function notFound(): ProblemError {
  return new ProblemError('not-found', 'There is nothing at this address.');
}

function methodNotAllowed(request: FastifyRequest, allowed: string[]): ProblemError {
  return new ProblemError(
    'method-not-allowed',
    `${request.method} is not possible here. Possible: ${allowed.join(', ')}.`,
    { headers: { allow: allowed.join(', ') } },
  );
}

/** Without the query, which may carry what must not be repeated. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
