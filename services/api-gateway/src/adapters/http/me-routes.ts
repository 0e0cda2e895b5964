import { MeSchema, QuotaSchema, UpdateMeBody } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readMe, updateMe } from '../../application/me.ts';
import type { SessionReader, UserDirectory } from '../../application/ports.ts';
import { readQuota } from '../../application/read-sessions.ts';
import type { Quotas } from '../../domain/admission.ts';
import { valueOrProblem } from './answer.ts';
import { principalOf } from './authentication.ts';
import { withProblems } from './request-shapes.ts';

const tags = ['me'];

export interface MeDeps {
  sessions: SessionReader;
  users: UserDirectory;
  quotas: Quotas;
}

/** Who the caller is, and what they may have. */
export const meRoutes: FastifyPluginAsyncTypebox<MeDeps> = async (app, { sessions, users, quotas }) => {
  app.get(
    '/me',
    { schema: { summary: 'Who you are', tags, response: withProblems({ 200: MeSchema }) } },
    async (request) => readMe(users, principalOf(request)),
  );

  app.patch(
    '/me',
    {
      schema: {
        summary: 'Say which time zone the schedules of your new desktops have',
        tags,
        body: UpdateMeBody,
        response: withProblems({ 200: MeSchema }),
      },
    },
    async (request) => valueOrProblem(await updateMe(users, principalOf(request), request.body)),
  );

  app.get(
    '/me/quota',
    {
      schema: {
        summary: 'How many desktops you have and may have; stopped ones count',
        tags,
        response: withProblems({ 200: QuotaSchema }),
      },
    },
    async (request) => readQuota(sessions, quotas, principalOf(request)),
  );
};
