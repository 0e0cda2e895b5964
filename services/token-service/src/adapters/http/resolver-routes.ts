import { ProblemError, sendProblem } from '@deskfleet/runtime';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  type LogRefusal,
  type ResolutionQuestion,
  transportProtocols,
} from '../../application/resolve-session.ts';
import type { ResolutionDecision } from '../../domain/decide-resolution.ts';
import { canonicalAddress } from '../canonical-address.ts';
import type { DecisionMetrics } from './decision-metrics.ts';
import { limitSources } from './limit-sources.ts';

/** Of the DCV server on every host, for TCP (HTTP) and UDP (QUIC) alike (DCV Administrator Guide, web-port, quic-port). */
const dcvServerPort = 8443;

/** A Connection Gateway posts no body; what else somebody sends is read this far, and not looked at. */
const bodyLimit = 1_024;

/** A parameter that is given twice is a list and so no string; unknown ones are not looked at. */
const ResolverQuery = Type.Object({
  // DCV Administrator Guide, create-session: at most 128 characters.
  sessionId: Type.String({ minLength: 1, maxLength: 128 }),
  transport: Type.Enum([...transportProtocols]),
  clientIpAddress: Type.Optional(
    Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })]),
  ),
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
  /** Questions of one source; 0: no limit. */
  mostPerMinute: number;
  metrics: DecisionMetrics;
}

/** The session resolver of Amazon DCV Connection Gateways. A refusal is a status: why, the log and the metric know. */
export function resolverRoutes(deps: ResolverRoutes): FastifyPluginAsyncTypebox {
  const { resolve, webUrlPathTemplate, mostPerMinute, metrics } = deps;
  const schema = { querystring: ResolverQuery, response: { 200: ResolvedSession } };
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, async () => undefined);
    await limitSources(app, mostPerMinute);
    app.post('/resolveSession', { schema, errorHandler: refusalOfUnread(deps) }, async (request, reply) => {
      const { sessionId, transport, clientIpAddress } = request.query;
      const decision = await resolve({
        sessionId,
        transport,
        clientAddress: canonicalAddress(clientIpAddress),
        askedFrom: canonicalAddress(request.ip),
      });
      metrics.countResolution(decision.resolved ? 'resolved' : decision.reason);
      if (!decision.resolved) return sendProblem(noSuchSession, request, reply);
      const { dcvSessionId, hostAddress } = decision;
      return reply.header('cache-control', 'no-store').send({
        SessionId: dcvSessionId,
        TransportProtocol: transport,
        DcvServerEndpoint: hostAddress,
        Port: dcvServerPort,
        WebUrlPath: webUrlPathTemplate.replaceAll('{host}', hostAddress),
      });
    });
  };
}

const malformed = new ProblemError('invalid-request', 'This is no question of a DCV Connection Gateway.');
const noSuchSession = new ProblemError('not-found', 'There is no such session.');

/** Answers what was not understood, was too much, or failed: the last is the caller's to try again, so it hears 503. */
function refusalOfUnread({ logRefusal, metrics }: ResolverRoutes) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { statusCode: status = 500 } = error;
    const reason = status === 429 ? 'too-many-requests' : 'malformed-request';
    metrics.countResolution(status < 500 ? reason : 'check-failed');
    if (status < 500) logRefusal({ reason, askedFrom: canonicalAddress(request.ip) });
    if (status === 400) return sendProblem(malformed, request, reply);
    throw error;
  };
}
