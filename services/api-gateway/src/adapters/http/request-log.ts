import type { FastifyInstance } from 'fastify';

/** One line for every request that may have changed something; reads are told at level debug. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const level = request.method === 'GET' || request.method === 'HEAD' ? 'debug' : 'info';
    const facts = {
      user: request.principal?.name,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime),
    };
    request.log[level](facts, `${request.method} ${request.url.split('?', 1)[0]}`);
  });
}
