import { createServer, type Server } from 'node:https';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { Certificate } from './certificate.ts';
import { registerViewer, type ViewerParts } from './viewer-routes.ts';

/** The viewer alone, at the root of whatever servers hand it requests. */
export async function createViewerApp(
  parts: ViewerParts,
  { rewriteUrl }: Pick<FastifyServerOptions, 'rewriteUrl'> = {},
): Promise<FastifyInstance> {
  const app = Fastify({ ...(rewriteUrl && { rewriteUrl }) });
  app.register(formbody);
  registerViewer(app, parts);
  await app.ready();
  return app;
}

/** A server by HTTPS that hands its requests to an application; the caller listens and closes. */
export function httpsServerOf(app: FastifyInstance, certificate: Certificate): Server {
  return createServer(certificate, (request, response) => app.routing(request, response));
}

// Long enough for a last word to who is connected.
const farewellMs = 1_000;

/** Takes no more connections, and ends those that are left when all has been said. */
export function shut(server: Server): void {
  server.close();
  setTimeout(() => server.closeAllConnections(), farewellMs).unref();
}
