import { InspectedImage, InspectImageBody, WindowsPasswordSchema } from '@deskfleet/contracts';
import { type Clock, ProblemError, requireService } from '@deskfleet/runtime';
import type { FastifyPluginAsync } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ImageInspection } from '../../application/inspect-image.ts';
import type { PasswordAnswer } from '../../application/show-password.ts';
import { failureProblem } from './answer-failure.ts';

export interface InternalRoutes {
  inspectImage(image: string): Promise<ImageInspection>;
  showPassword(sessionId: string): Promise<PasswordAnswer>;
  serviceCredentialKey: string;
  clock: Clock;
}

const SessionPath = Type.Object({ id: Type.String({ format: 'uuid' }) });
type SessionPath = Static<typeof SessionPath>;

/** What the gateway asks for on behalf of people that it has authenticated and authorised. */
export function internalRoutes({
  inspectImage,
  showPassword,
  serviceCredentialKey,
  clock,
}: InternalRoutes): FastifyPluginAsync {
  return async (app) => {
    const gateway = { key: serviceCredentialKey, from: ['api-gateway'], to: 'session-manager', clock };
    app.addHook('onRequest', requireService(gateway));

    app.post<{ Body: InspectImageBody }>(
      '/internal/v1/images/inspect',
      { schema: { body: InspectImageBody, response: { 200: InspectedImage } } },
      async ({ body }) => {
        const answer = await inspectImage(body.image);
        if ('failure' in answer) throw failureProblem(answer.failure);
        if ('refusal' in answer) throw new ProblemError(answer.refusal.code, answer.refusal.sentence);
        return answer.image;
      },
    );

    app.post<{ Params: SessionPath }>(
      '/internal/v1/sessions/:id/windows-password',
      { schema: { params: SessionPath, response: { 200: WindowsPasswordSchema } } },
      async ({ params }, reply) => {
        const answer = await showPassword(params.id);
        if ('failure' in answer) throw failureProblem(answer.failure);
        if ('refusal' in answer) throw new ProblemError(answer.refusal.code, answer.refusal.sentence);
        return reply.header('cache-control', 'no-store').send(answer.password);
      },
    );
  };
}
