import { EmptyBody, SessionConnection } from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { create as attachment } from 'content-disposition';
import Type from 'typebox';
import {
  type DownloadConnectionFileDeps,
  downloadConnectionFile,
} from '../../application/download-connection-file.ts';
import { openConnection } from '../../application/open-connection.ts';
import { valueOrProblem } from './answer.ts';
import { callerOf } from './authentication.ts';
import { acceptNoBody, SessionParams, sessionIdOf, withProblems } from './request-shapes.ts';

// Amazon names no media type for its .dcv files; browsers go by the name of an attachment.
const connectionFileType = 'application/x-dcv';

/** Getting what opens a desktop. No cache may keep the answers: that holds for all of the API. */
export const connectionRoute: FastifyPluginAsyncTypebox<DownloadConnectionFileDeps> = async (app, deps) => {
  app.get(
    '/sessions/:id/connection.dcv',
    {
      // Asking for the file makes a token: HEAD would leave one that nobody has.
      exposeHeadRoute: false,
      schema: {
        summary: 'A file that opens a running desktop of yours in the Amazon DCV client',
        tags: ['sessions'],
        params: SessionParams,
        response: withProblems({
          200: {
            description: 'A connection file with a token of its own.',
            content: { [connectionFileType]: { schema: Type.String() } },
          },
        }),
      },
    },
    async (request, reply) => {
      const sessionId = sessionIdOf(request.params);
      const file = valueOrProblem(await downloadConnectionFile(deps, { ...callerOf(request), sessionId }));
      return reply
        .type(connectionFileType)
        .header('content-disposition', attachment(file.name))
        .send(file.text);
    },
  );

  acceptNoBody(app);
  app.post(
    '/sessions/:id/connection',
    {
      schema: {
        summary: 'Addresses and a token to connect to a running desktop of yours',
        tags: ['sessions'],
        params: SessionParams,
        body: EmptyBody,
        response: withProblems({ 201: SessionConnection }),
      },
    },
    async (request, reply) => {
      const sessionId = sessionIdOf(request.params);
      return reply
        .code(201)
        .send(valueOrProblem(await openConnection(deps, { ...callerOf(request), sessionId })));
    },
  );
};
