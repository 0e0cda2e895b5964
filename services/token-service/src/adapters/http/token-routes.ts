import { IssuedToken, IssueTokenBody } from '@deskfleet/contracts';
import { type Clock, ProblemError, requireService } from '@deskfleet/runtime';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
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
    const gateway = { key: serviceCredentialKey, from: ['api-gateway'], to: 'token-service', clock };
    app.addHook('onRequest', requireService(gateway));
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
