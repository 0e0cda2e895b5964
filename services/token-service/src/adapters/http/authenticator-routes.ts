import formbody from '@fastify/formbody';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Answer, ConnectionQuestion } from '../../application/authorize-connection.ts';
import type { RecordDenial } from '../../application/record-denial.ts';
import { canonicalAddress } from '../canonical-address.ts';
import { authenticatorMediaType, no, yes } from './authenticator-answer.ts';
import type { DecisionMetrics } from './decision-metrics.ts';
import { limitSources } from './limit-sources.ts';

/** Bytes; the longest form that the fields below allow is 14 KiB, every character escaped. */
const bodyLimit = 16_384;

/** What a DCV server posts. A field that is given twice is a list and so no string; unknown fields are not looked at. */
const AuthenticatorForm = Type.Object({
  // DCV Administrator Guide, create-session: at most 128 characters.
  sessionId: Type.String({ minLength: 1, maxLength: 128 }),
  authenticationToken: Type.String({ minLength: 1, maxLength: 4_096 }),
  // An IPv6 address with a zone has 55 characters at most. No control characters: it is stored and shown.
  clientAddress: Type.Optional(Type.String({ maxLength: 64, pattern: '^[ -~]*$' })),
});

export interface AuthenticatorRoutes {
  authorize(question: ConnectionQuestion): Promise<Answer>;
  recordDenial: RecordDenial;
  /** Questions of one source; 0: no limit. */
  mostPerMinute: number;
  metrics: DecisionMetrics;
}

/** The external authenticator of DCV servers. It answers XML, whatever is asked, and never an error of ours. */
export function authenticatorRoutes({
  authorize,
  recordDenial,
  mostPerMinute,
  metrics,
}: AuthenticatorRoutes): FastifyPluginAsyncTypebox {
  async function refuseUnread(
    error: FastifyError,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      request.log.error({ err: error }, 'A connection was refused because of a fault of ours');
    const from = {
      clientAddress: null,
      hostAddress: canonicalAddress(request.ip),
      correlationId: request.id,
    };
    const reason = status === 429 ? 'too-many-requests' : 'malformed-request';
    await recordDenial({ reason, claims: null, owner: null, ...from });
    metrics.count(reason);
    return answer(reply, status >= 400 && status < 500 ? status : 401, no);
  }

  return async (app) => {
    // JSON would be read here, too, if its parser stayed.
    app.removeAllContentTypeParsers();
    await app.register(formbody);
    await limitSources(app, mostPerMinute);
    app.post(
      '/authenticator',
      { bodyLimit, schema: { body: AuthenticatorForm }, errorHandler: refuseUnread },
      async (request, reply) => {
        const stopTimer = metrics.startTimer();
        const { sessionId, authenticationToken, clientAddress } = request.body;
        const decided = await authorize({
          token: authenticationToken,
          askedDcvSessionId: sessionId,
          clientAddress: clientAddress || null,
          hostAddress: canonicalAddress(request.ip),
          correlationId: request.id,
        });
        metrics.count(decided.authorized ? 'authorized' : decided.reason);
        stopTimer();
        return decided.authorized ? answer(reply, 200, yes(decided.user)) : answer(reply, 401, no);
      },
    );
  };
}

function answer(reply: FastifyReply, status: number, xml: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type(authenticatorMediaType).send(xml);
}
