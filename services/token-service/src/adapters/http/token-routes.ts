import { IssuedToken, IssueTokenBody } from '@deskfleet/contracts';
import {
  type Clock,
  ProblemError,
  ServiceCredentialError,
  verifyServiceCredential,
} from '@deskfleet/runtime';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { IssueResult } from '../../application/issue-token.ts';
import type { DecisionMetrics } from './decision-metrics.ts';

export interface TokenRoutes {
  issue(request: IssueTokenBody, correlationId: string): Promise<IssueResult>;
  serviceCredentialKey: string;
  clock: Clock;
  metrics: DecisionMetrics;
}

/** What the gateway asks for on behalf of a user that it has authenticated. */
export function tokenRoutes({
  issue,
  serviceCredentialKey,
  clock,
  metrics,
}: TokenRoutes): FastifyPluginAsyncTypebox {
  return async (app) => {
    // Before the body is read: a stranger must not make us parse.
    app.addHook('onRequest', (request) => requireGateway(request, serviceCredentialKey, clock));
    app.post(
      '/internal/v1/tokens',
      { schema: { body: IssueTokenBody, response: { 201: IssuedToken } } },
      async (request, reply) => {
        const result = await issue(request.body, request.id);
        metrics.countIssued(result.issued ? 'issued' : result.refusal.code);
        if (!result.issued) throw new ProblemError(result.refusal.code, result.refusal.sentence);
        return reply.code(201).header('cache-control', 'no-store').send(result.token);
      },
    );
  };
}

async function requireGateway(request: FastifyRequest, key: string, clock: Clock): Promise<void> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw unauthenticated();
  try {
    await verifyServiceCredential({ key, token, from: ['api-gateway'], to: 'token-service', clock });
  } catch (error) {
    throw error instanceof ServiceCredentialError ? unauthenticated(error) : error;
  }
}

function unauthenticated(cause?: unknown): ProblemError {
  return new ProblemError(
    'not-authenticated',
    'Only api-gateway may ask for tokens, with a fresh service credential.',
    {
      cause,
      headers: { 'www-authenticate': 'Bearer' },
    },
  );
}
