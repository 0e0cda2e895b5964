import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { connect, disconnect, interact } from '../host/connections.ts';
import { isRecord } from '../http/json-input.ts';
import { instanceByAddress, type World } from '../state/world.ts';
import { type Admission, admit } from './admit.ts';
import { ViewerStreams } from './viewer-streams.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const page = read('viewer.html');
const assets: Readonly<Record<string, { type: string; text: string }>> = {
  'viewer.css': { type: 'text/css; charset=utf-8', text: read('viewer.css') },
  'viewer.js': { type: 'text/javascript; charset=utf-8', text: read('viewer.js') },
};

// The page's address carries a token: nothing may take it elsewhere, and nothing foreign may run beside it.
const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

interface DesktopParams {
  privateIp: string;
}

function textField(body: unknown, ...names: string[]): string {
  if (!isRecord(body)) return '';
  const value = names.map((name) => body[name]).find((field) => typeof field === 'string');
  return typeof value === 'string' ? value : '';
}

function readAdmission(request: FastifyRequest<{ Params: DesktopParams }>): Admission {
  return {
    privateIp: request.params.privateIp,
    sessionId: textField(request.body, 'sessionId'),
    authToken: textField(request.body, 'authToken', 'authenticationToken'),
    clientAddress: request.ip,
  };
}

function wantsToStay(body: unknown): boolean {
  return isRecord(body) && (body.keepOpen === true || body.keepOpen === 'true');
}

type DesktopRequest = FastifyRequest<{ Params: DesktopParams }>;

function connecting(world: World, streams: ViewerStreams) {
  return async (request: DesktopRequest, reply: FastifyReply) => {
    const admitted = await admit(world, readAdmission(request));
    if (admitted.result === 'no') {
      return reply.code(admitted.status).send({ result: 'no', message: admitted.message });
    }
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    await streams.open(admitted, request.headers['user-agent'] ?? '', reply.raw);
    return reply;
  };
}

function authenticating(world: World, streams: ViewerStreams) {
  const stay = connecting(world, streams);
  return async (request: DesktopRequest, reply: FastifyReply) => {
    if (wantsToStay(request.body)) return stay(request, reply);
    const admitted = await admit(world, readAdmission(request));
    if (admitted.result === 'no') {
      const { result, message, status } = admitted;
      return reply.code(status === 401 ? 200 : status).send({ result, message });
    }
    // Somebody came and went: DCV notes the visit.
    const { instance, username, desktop } = admitted;
    const userAgent = request.headers['user-agent'] ?? '';
    const visit = connect(world, instance.instanceId, { username, userAgent, origin: 'viewer' });
    disconnect(world, instance.instanceId, visit.id);
    await world.store.flush();
    const desktopName = instance.tags.Name ?? instance.instanceId;
    const { instanceId } = instance;
    return { result: 'yes', username, desktopName, sessionId: desktop.sessionId, instanceId };
  };
}

/** `/desktops/<private address>/`: a load balancer by path, and behind it each host's stand-in of the DCV web client. */
export function registerViewer(app: FastifyInstance, world: World): void {
  const streams = new ViewerStreams(world);
  app.addHook('preClose', () => streams.close());

  app.get<{ Params: DesktopParams }>('/desktops/:privateIp', (request, reply) =>
    reply.redirect(request.url.replace(/^([^?]*)/, '$1/'), 308),
  );
  app.get<{ Params: DesktopParams }>('/desktops/:privateIp/', (_request, reply) =>
    reply.headers(pageHeaders).type('text/html; charset=utf-8').send(page),
  );
  for (const [name, { type, text }] of Object.entries(assets)) {
    app.get(`/desktops/:privateIp/${name}`, (_request, reply) =>
      reply
        .headers({ ...pageHeaders, 'cache-control': 'public, max-age=3600' })
        .type(type)
        .send(text),
    );
  }
  app.post<{ Params: DesktopParams }>('/desktops/:privateIp/connect', connecting(world, streams));
  app.post<{ Params: DesktopParams }>('/desktops/:privateIp/auth', authenticating(world, streams));
  app.post<{ Params: DesktopParams & { connectionId: string } }>(
    '/desktops/:privateIp/connections/:connectionId/activity',
    async (request, reply) => {
      const instance = instanceByAddress(world, request.params.privateIp);
      const known = instance && interact(world, instance.instanceId, request.params.connectionId);
      if (!known) return reply.code(404).send({ message: 'There is no such connection.' });
      await world.store.flush();
      return reply.code(204).send();
    },
  );
}
