import { SessionSchema, UpdateSessionBody } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type SettingsDeps, updateSession } from '../../application/session-settings.ts';
import { valueOrProblem } from './answer.ts';
import { IfMatchHeader, weakEtagOf } from './entity-tags.ts';
import { SessionParams, sessionEditOf, withProblems } from './request-shapes.ts';

/** Changing what is said of a desktop. */
export const sessionSettingsRoute: FastifyPluginAsyncTypebox<SettingsDeps> = async (app, deps) => {
  app.patch(
    '/sessions/:id',
    {
      schema: {
        summary: 'Rename a desktop, or say whether it is stopped when its hours close',
        tags: ['sessions'],
        params: SessionParams,
        headers: IfMatchHeader,
        body: UpdateSessionBody,
        response: withProblems({ 200: SessionSchema }),
      },
    },
    async (request, reply) => {
      const answer = valueOrProblem(await updateSession(deps, sessionEditOf(request, request)));
      reply.header('etag', weakEtagOf(answer));
      return answer.session;
    },
  );
};
