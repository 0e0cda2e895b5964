import { SessionSchema, UpdateSessionBody } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type SettingsDeps, updateSession } from '../../application/session-settings.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { IfMatchHeader, versionsSeen, weakEtagOf } from './entity-tags.ts';
import { SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

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
      const { body, headers, params } = request;
      const wish = {
        ...callerOf(request),
        sessionId: sessionIdOf(params),
        body,
        seen: versionsSeen(headers),
      };
      const answer = valueOrProblem(await updateSession(deps, wish));
      reply.header('etag', weakEtagOf(answer));
      return answer.session;
    },
  );
};
