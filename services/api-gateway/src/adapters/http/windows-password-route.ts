import { EmptyBody, WindowsPasswordSchema } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  type ShowWindowsPasswordDeps,
  showWindowsPassword,
} from '../../application/show-windows-password.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { acceptNoBody, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

/** Seeing the password of one's Windows desktop. No cache may keep the answer: that holds for all of the API. */
export const windowsPasswordRoute: FastifyPluginAsyncTypebox<ShowWindowsPasswordDeps> = async (app, deps) => {
  acceptNoBody(app);
  app.post(
    '/sessions/:id/windows-password',
    {
      schema: {
        summary: 'The administrator account of a Windows desktop of yours; written to the audit log',
        tags: ['sessions'],
        params: SessionParams,
        body: EmptyBody,
        response: withProblems({ 200: WindowsPasswordSchema }),
      },
    },
    async (request) => {
      const sessionId = sessionIdOf(request.params);
      return valueOrProblem(await showWindowsPassword(deps, { ...callerOf(request), sessionId }));
    },
  );
};
