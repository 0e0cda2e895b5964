import type { FastifyInstance } from 'fastify';
import { registerViewer, type ViewerParts, type Way } from './viewer-routes.ts';

/** `/desktops/<private address>/`: the stand-in of a load balancer that routes by path. */
const byPath: Way = {
  prefix: '/desktops/:privateIp',
  lead: (request, sessionId) => {
    const { privateIp = '' } = request.params as { privateIp?: string };
    return { found: true, privateIp, sessionId };
  },
};

export function registerPathWay(app: FastifyInstance, parts: Omit<ViewerParts, 'way'>): void {
  app.get(byPath.prefix, (request, reply) => reply.redirect(request.url.replace(/^([^?]*)/, '$1/'), 308));
  registerViewer(app, { ...parts, way: byPath });
}
