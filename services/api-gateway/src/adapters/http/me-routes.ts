import { MeSchema, QuotaSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { SessionReader } from '../../application/ports.ts';
import { readQuota } from '../../application/read-sessions.ts';
import type { Quotas } from '../../domain/admission.ts';
import { principalOf } from './authentication.ts';
import { withProblems } from './request-shapes.ts';

/** Who the caller is, and what they may have. */
export const meRoutes: FastifyPluginAsyncTypebox<{ sessions: SessionReader; quotas: Quotas }> = async (
  app,
  { sessions, quotas },
) => {
  app.get(
    '/me',
    { schema: { summary: 'Who you are', tags: ['me'], response: withProblems({ 200: MeSchema }) } },
    async (request) => {
      const { name, displayName, administrator } = principalOf(request);
      return { name, displayName, administrator };
    },
  );

  app.get(
    '/me/quota',
    {
      schema: {
        summary: 'How many desktops you have and may have; stopped ones count',
        tags: ['me'],
        response: withProblems({ 200: QuotaSchema }),
      },
    },
    async (request) => readQuota(sessions, quotas, principalOf(request)),
  );
};
