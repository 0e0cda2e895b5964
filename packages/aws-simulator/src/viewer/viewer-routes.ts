import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { connect, disconnect, interact } from '../host/connections.ts';
import { isRecord } from '../http/json-input.ts';
import type { World } from '../state/world.ts';
import { type Admission, type Admitted, admit } from './admit.ts';
import type { ViewerStreams } from './viewer-streams.ts';

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

/** A way by which viewers come to hosts. */
export interface Way {
  /** Stands before all paths of the viewer. */
  prefix: string;
  /** To which host, and which of its DCV sessions, a request for a session leads; or what it is answered instead. */
  lead(request: FastifyRequest, sessionId: string): Lead | Promise<Lead>;
}

export type Lead =
  | ({ found: true } & Pick<Admission, 'privateIp' | 'sessionId'>)
  | { found: false; status: 404 | 502; message: string };

export interface ViewerParts {
  world: World;
  streams: ViewerStreams;
  way: Way;
}

type Answered = Admitted | { result: 'no'; message: string; status: 404 | 502 };

function textField(body: unknown, ...names: string[]): string {
  if (!isRecord(body)) return '';
  const value = names.map((name) => body[name]).find((field) => typeof field === 'string');
  return typeof value === 'string' ? value : '';
}

async function answer({ world, way }: ViewerParts, request: FastifyRequest): Promise<Answered> {
  const lead = await way.lead(request, textField(request.body, 'sessionId'));
  if (!lead.found) return { result: 'no', message: lead.message, status: lead.status };
  const { privateIp, sessionId } = lead;
  return admit(world, {
    privateIp,
    sessionId,
    authToken: textField(request.body, 'authToken', 'authenticationToken'),
    clientAddress: request.ip,
  });
}

function wantsToStay(body: unknown): boolean {
  return isRecord(body) && (body.keepOpen === true || body.keepOpen === 'true');
}

function connecting(parts: ViewerParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const admitted = await answer(parts, request);
    if (admitted.result === 'no') {
      return reply.code(admitted.status).send({ result: 'no', message: admitted.message });
    }
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      // With the last word of a host that goes down its connection goes too: nobody may ask on by it.
      connection: 'close',
    });
    await parts.streams.open(admitted, request.headers['user-agent'] ?? '', reply.raw);
    return reply;
  };
}

function authenticating(parts: ViewerParts) {
  const stay = connecting(parts);
  const { world } = parts;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (wantsToStay(request.body)) return stay(request, reply);
    const admitted = await answer(parts, request);
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

/** What viewers send while they are open; the id of a connection says whose they are. */
function reportingActivity(world: World) {
  return async (request: FastifyRequest<{ Params: { connectionId: string } }>, reply: FastifyReply) => {
    const { connectionId } = request.params;
    const host = [...world.hosts.values()].find(({ connections }) =>
      connections.some(({ id }) => id === connectionId),
    );
    const known = host && interact(world, host.instanceId, connectionId);
    if (!known) return reply.code(404).send({ message: 'There is no such connection.' });
    await world.store.flush();
    return reply.code(204).send();
  };
}

/** The stand-in of the DCV web client, at the end of a way. All that its page asks for lies beside it. */
export function registerViewer(app: FastifyInstance, parts: ViewerParts): void {
  const { prefix } = parts.way;
  app.get(`${prefix}/`, (_request, reply) =>
    reply.headers(pageHeaders).type('text/html; charset=utf-8').send(page),
  );
  for (const [name, { type, text }] of Object.entries(assets)) {
    app.get(`${prefix}/${name}`, (_request, reply) =>
      reply
        .headers({ ...pageHeaders, 'cache-control': 'public, max-age=3600' })
        .type(type)
        .send(text),
    );
  }
  app.post(`${prefix}/connect`, connecting(parts));
  app.post(`${prefix}/auth`, authenticating(parts));
  app.post(`${prefix}/connections/:connectionId/activity`, reportingActivity(parts.world));
}
