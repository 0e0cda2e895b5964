import type { FastifyInstance } from 'fastify';

/** A person does not notice it when a service stops. */
const lookMilliseconds = 50;

/**
 * Closes connections without a request under way when the server closes. Node closes idle ones itself, but waits half a
 * minute for those that were opened in advance (as browsers do) and have never been used.
 */
export function closeUnusedConnections(app: FastifyInstance): void {
  let underWay = 0;
  app.server.on('request', (_request, response) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
    });
  });
  app.addHook('preClose', async () => {
    const timer = setInterval(() => {
      if (underWay === 0) app.server.closeAllConnections();
    }, lookMilliseconds);
    timer.unref();
    app.server.once('close', () => clearInterval(timer));
  });
}
