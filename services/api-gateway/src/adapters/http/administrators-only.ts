import { ProblemError } from '@deskfleet/runtime';
import type { FastifyInstance } from 'fastify';
import { principalOf } from './authentication.ts';

/** Refuses everybody else on the routes of this scope, before their bodies are looked at. */
export function allowAdministratorsOnly(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (principalOf(request).administrator) return;
    throw new ProblemError('forbidden', 'Only administrators may do this. Ask one of yours.');
  });
}
