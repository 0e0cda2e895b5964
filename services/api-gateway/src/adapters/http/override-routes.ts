import { KeepAliveBody, PutOverridesBody, SessionSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { keepAlive, type OverrideDeps, putOverrides } from '../../application/session-overrides.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { acceptNoBody, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

const tags = ['schedules'];
const params = SessionParams;
const response = withProblems({ 200: SessionSchema });
const defaultMinutes = 60;

/** Overruling the schedule of a desktop for a while. */
export const overrideRoutes: FastifyPluginAsyncTypebox<OverrideDeps> = async (app, deps) => {
  await app.register(keepAliveRoute, deps);
  app.put(
    '/sessions/:id/overrides',
    {
      schema: {
        summary: 'Keep a desktop running, or pause its schedule, until an instant',
        description: 'null removes what is set; what is left out stays as it is.',
        tags,
        params,
        body: PutOverridesBody,
        response,
      },
    },
    async (request) => {
      const { body } = request;
      const sessionId = sessionIdOf(request.params);
      return valueOrProblem(await putOverrides(deps, { ...callerOf(request), sessionId, body }));
    },
  );
};

const keepAliveRoute: FastifyPluginAsyncTypebox<OverrideDeps> = async (app, deps) => {
  acceptNoBody(app);
  app.post(
    '/sessions/:id/keep-alive',
    {
      schema: {
        summary: 'Keep a desktop running for some minutes more; nothing stops it by itself before',
        tags,
        params,
        body: KeepAliveBody,
        response,
      },
    },
    async (request) => {
      const { minutes = defaultMinutes } = request.body;
      const sessionId = sessionIdOf(request.params);
      return valueOrProblem(await keepAlive(deps, { ...callerOf(request), sessionId, minutes }));
    },
  );
};
