import { ProblemError, sendProblem } from '@deskfleet/runtime';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import {
  type LogRefusal,
  type ResolutionQuestion,
  transportProtocols,
} from '../../application/resolve-session.ts';
import type { ResolutionDecision } from '../../domain/decide-resolution.ts';
import { canonicalAddress } from '../canonical-address.ts';
import type { DecisionMetrics } from './decision-metrics.ts';

/** Of the DCV server on every host, for TCP (HTTP) and UDP (QUIC) alike (DCV Administrator Guide, web-port, quic-port). */
const dcvServerPort = 8443;

/** A Connection Gateway posts no body; what else somebody sends is read this far, and not looked at. */
const bodyLimit = 1_024;

/** A parameter that is given twice is a list and so no string; unknown ones are not looked at. */
const ResolverQuery = Type.Object({
  // DCV Administrator Guide, create-session: at most 128 characters.
  sessionId: Type.String({ minLength: 1, maxLength: 128 }),
  transport: Type.Enum([...transportProtocols]),
  clientIpAddress: Type.Optional(Type.String({ maxLength: 64 })),
});

/** DCV Connection Gateway Administrator Guide, "Implementing a Session Resolver". */
const ResolvedSession = Type.Object({
  SessionId: Type.String(),
  TransportProtocol: Type.Enum([...transportProtocols]),
  DcvServerEndpoint: Type.String(),
  Port: Type.Integer(),
  WebUrlPath: Type.String(),
});

export interface ResolverRoutes {
  resolve(question: ResolutionQuestion): Promise<ResolutionDecision>;
  logRefusal: LogRefusal;
  /** Of the web client on hosts; `{host}` stands for the host's address. */
  webUrlPathTemplate: string;
  metrics: DecisionMetrics;
}

/** The session resolver of Amazon DCV Connection Gateways. A refusal is a status: why, the log and the metric know. */
export function resolverRoutes(deps: ResolverRoutes): FastifyPluginAsyncTypebox {
  const { resolve, logRefusal, webUrlPathTemplate, metrics } = deps;
  const schema = { querystring: ResolverQuery, response: { 200: ResolvedSession } };
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, async () => undefined);
    app.post('/resolveSession', { schema, attachValidation: true }, async (request, reply) => {
      const askedFrom = canonicalAddress(request.ip);
      const question = request.validationError ? null : questionOf(request.query, askedFrom);
      if (question === null) {
        metrics.countResolution('malformed-request');
        logRefusal({ reason: 'malformed-request', askedFrom });
        return sendProblem(malformed, request, reply);
      }
      const decision = await resolve(question).catch((error: unknown) => {
        metrics.countResolution('check-failed');
        throw error;
      });
      metrics.countResolution(decision.resolved ? 'resolved' : decision.reason);
      if (!decision.resolved) return sendProblem(unknown, request, reply);
      const { dcvSessionId, hostAddress } = decision;
      return reply.header('cache-control', 'no-store').send({
        SessionId: dcvSessionId,
        TransportProtocol: question.transport,
        DcvServerEndpoint: hostAddress,
        Port: dcvServerPort,
        WebUrlPath: webUrlPathTemplate.replaceAll('{host}', hostAddress),
      });
    });
  };
}

const malformed = new ProblemError('invalid-request', 'This is no question of a DCV Connection Gateway.');
const unknown = new ProblemError('not-found', 'There is no such session.');

/** Null where the client's address is none. */
function questionOf(
  { sessionId, transport, clientIpAddress }: Static<typeof ResolverQuery>,
  askedFrom: string | null,
): ResolutionQuestion | null {
  const clientAddress = canonicalAddress(clientIpAddress);
  if (clientIpAddress !== undefined && clientAddress === null) return null;
  return { sessionId, transport, clientAddress, askedFrom };
}
