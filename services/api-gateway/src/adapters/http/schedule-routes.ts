import {
  DefaultScheduleSchema,
  PreviewScheduleBody,
  PutScheduleBody,
  SchedulePreviewSchema,
  SessionScheduleSchema,
} from '@deskfleet/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { SessionReader, UserDirectory } from '../../application/ports.ts';
import { previewSchedule, readDefaultSchedule } from '../../application/preview-schedule.ts';
import { getSchedule, type PutScheduleDeps, putSchedule } from '../../application/session-schedule.ts';
import { valueOrProblem } from './answer.ts';
import { principalOf } from './authentication.ts';
import { IfMatchHeader, weakEtagOf } from './entity-tags.ts';
import { SessionParams, sessionEditOf, sessionIdOf, withProblems } from './request-shapes.ts';

const tags = ['schedules'];

export interface ScheduleRoutesDeps extends PutScheduleDeps {
  sessions: SessionReader;
  users: UserDirectory;
}

/** When desktops run. */
export const scheduleRoutes: FastifyPluginAsyncTypebox<ScheduleRoutesDeps> = async (app, deps) => {
  await app.register(sessionScheduleRoutes, deps);

  app.post(
    '/schedules/preview',
    {
      schema: {
        summary: 'When a schedule would open and close, in at most 400 days',
        tags,
        body: PreviewScheduleBody,
        response: withProblems({ 200: SchedulePreviewSchema }),
      },
    },
    async ({ body }) => valueOrProblem(previewSchedule(body, deps.now().toJSDate())),
  );

  app.get(
    '/schedules/default',
    {
      schema: {
        summary: 'The schedule that a new desktop of yours gets',
        tags,
        response: withProblems({ 200: DefaultScheduleSchema }),
      },
    },
    async (request) => readDefaultSchedule(deps, principalOf(request)),
  );
};

const sessionScheduleRoutes: FastifyPluginAsyncTypebox<ScheduleRoutesDeps> = async (app, deps) => {
  app.get(
    '/sessions/:id/schedule',
    {
      schema: {
        summary: 'When a desktop runs, with the ETag of its schedule',
        tags,
        params: SessionParams,
        response: withProblems({ 200: SessionScheduleSchema }),
      },
    },
    async (request, reply) => {
      const found = await getSchedule(deps, principalOf(request), sessionIdOf(request.params));
      const answer = valueOrProblem(found);
      reply.header('etag', weakEtagOf(answer));
      return answer.schedule;
    },
  );

  app.put(
    '/sessions/:id/schedule',
    {
      schema: {
        summary: 'Give a desktop another schedule',
        description:
          'Takes what GET answered. It counts as an open when the desktop was off its hours and is in them now, or is in hours that never close: it is started, also if somebody has stopped it.',
        tags,
        params: SessionParams,
        headers: IfMatchHeader,
        body: PutScheduleBody,
        response: withProblems({ 200: SessionScheduleSchema }),
      },
    },
    async (request, reply) => {
      const answer = valueOrProblem(await putSchedule(deps, sessionEditOf(request, request)));
      reply.header('etag', weakEtagOf(answer));
      return answer.schedule;
    },
  );
};
