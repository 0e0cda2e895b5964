import type { OutgoingHttpHeaders } from 'node:http';
import { ProblemError } from '@deskfleet/runtime';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Gauge } from 'prom-client';
import Type from 'typebox';
import { type EventSources, followEvents } from '../../application/follow-events.ts';
import { parsePosition, type StreamPosition } from '../../domain/stream-position.ts';
import { principalOf } from './authentication.ts';
import { EventStream } from './event-stream.ts';
import { withProblems } from './request-shapes.ts';

export interface EventStreamDeps extends EventSources {
  listeners: Pick<Gauge, 'inc' | 'dec'>;
}

/** Streams that one principal may have open: more than anybody has tabs, less than would hurt. */
const mostStreams = 50;
/** setTimeout takes no more; a token that lives longer than 24 days costs a reconnect. */
const longestTimeout = 2 ** 31 - 1;

const Headers = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ maxLength: 200, description: 'Id of the last event seen: go on after it.' }),
  ),
});

const schema = {
  summary: 'Live stream of your events (Server-Sent Events); resumes after Last-Event-ID',
  tags: ['events'],
  headers: Headers,
  produces: ['text/event-stream'],
  response: withProblems({
    200: {
      description: 'CloudEvents as they happen. An event `reset` means: some were missed, read again.',
      content: { 'text/event-stream': { schema: Type.String() } },
    },
  }),
};

/** The live stream (Server-Sent Events) of what the caller may see. */
export const eventStreamRoute: FastifyPluginAsyncTypebox<EventStreamDeps> = async (app, deps) => {
  const open = new Map<AbortController, string>();
  // Streams never end by themselves, so a server that waits for its requests would never close.
  app.addHook('preClose', async () => {
    for (const ending of open.keys()) ending.abort();
  });
  app.get(
    '/events',
    {
      // A HEAD request would be a stream of nothing that never ends.
      exposeHeadRoute: false,
      schema,
    },
    async (request, reply) => {
      const { name } = principalOf(request);
      if ([...open.values()].filter((each) => each === name).length >= mostStreams) {
        throw tooManyStreams();
      }
      const ending = new AbortController();
      open.set(ending, name);
      deps.listeners.inc();
      // Not awaited: the connection is the stream's own from here on.
      void serve(deps, { request, reply, ending }).finally(() => {
        open.delete(ending);
        deps.listeners.dec();
      });
      return reply;
    },
  );
};

function tooManyStreams(): ProblemError {
  return new ProblemError('too-many-requests', `You have ${mostStreams} live streams open. Close some.`, {
    headers: { 'retry-after': '10' },
  });
}

interface Serving {
  request: FastifyRequest;
  reply: FastifyReply;
  ending: AbortController;
}

async function serve(deps: EventStreamDeps, { request, reply, ending }: Serving): Promise<void> {
  const principal = principalOf(request);
  const { signal } = ending;
  reply.hijack();
  const stream = new EventStream(reply.raw, ending);
  const expiry = setTimeout(
    () => stream.end('Your token has expired: connect again with a new one.'),
    Math.min(Math.max(principal.expiresAt - deps.now(), 0), longestTimeout),
  );
  try {
    stream.start(reply.getHeaders() as OutgoingHttpHeaders);
    const from = lastEventIdOf(request);
    const result = await followEvents(deps, { principal, from, sink: stream, signal });
    if (result === 'shut-out') stream.end('Your account is disabled here.');
    if (result === 'too-slow') stream.end('You read too slowly: connect again to go on where you are.');
  } catch (err) {
    request.log.error({ err }, 'A live stream ended by a fault of ours; its client will connect again.');
  } finally {
    clearTimeout(expiry);
    stream.end('The stream ends here: connect again.');
  }
}

/** An id that is not one of ours is one of a stream that is no more: its client gets a `reset`. */
function lastEventIdOf(request: FastifyRequest): StreamPosition | null {
  const id = request.headers['last-event-id'];
  if (typeof id !== 'string' || id === '') return null;
  return parsePosition(id) ?? { epoch: '', sequence: 0 };
}
