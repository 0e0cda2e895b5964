import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { CloudEvent } from '@deskfleet/contracts';
import type { ListenerSink } from '../../application/follow-events.ts';
import { formatPosition, type StreamPosition } from '../../domain/stream-position.ts';

/** Below the minute or so after which proxies drop silent connections. */
const heartbeatMilliseconds = 15_000;
/** A client that takes nothing for so long is gone, or might as well be. */
const stalledMilliseconds = 60_000;
/** How long a client waits before it connects again. */
const retryMilliseconds = 2_000;

// The text of an event is the same for all its listeners.
const texts = new WeakMap<CloudEvent, string>();

/** One client's Server-Sent Events (WHATWG HTML, 9.2), written no faster than it reads. */
export class EventStream implements ListenerSink {
  readonly #response: ServerResponse;
  readonly #ending: AbortController;
  #heartbeat: NodeJS.Timeout | undefined;
  #position: StreamPosition | null = null;

  /** `ending` is aborted when the client has gone, and ends the stream when aborted by others. */
  constructor(response: ServerResponse, ending: AbortController) {
    this.#response = response;
    this.#ending = ending;
    response.once('close', () => ending.abort());
    // The client may have gone while it was being authenticated.
    if (response.destroyed || response.socket?.destroyed) ending.abort();
    response.on('error', () => ending.abort());
    ending.signal.addEventListener('abort', () => this.end('The service is stopping: connect again.'));
  }

  start(headers: OutgoingHttpHeaders): void {
    this.#response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // When the stream ends, so does its connection: a service that stops waits for connections.
      connection: 'close',
      // nginx would gather events into blocks.
      'x-accel-buffering': 'no',
    });
    this.#response.write(`: connected\nretry: ${retryMilliseconds}\n\n`);
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMilliseconds);
  }

  reached(position: StreamPosition): void {
    // The first one is told at once: whoever has heard nothing yet can then resume as well.
    const first = this.#position === null;
    this.#position = position;
    if (first) this.#beat();
  }

  async event(event: CloudEvent, position: StreamPosition): Promise<void> {
    this.#position = position;
    const text = texts.get(event) ?? `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
    texts.set(event, text);
    await this.#write(`id: ${formatPosition(position)}\n${text}`);
  }

  async reset(position: StreamPosition): Promise<void> {
    this.#position = position;
    const why = 'Events may have been missed. Read again what you show.';
    await this.#write(`id: ${formatPosition(position)}\nevent: reset\ndata: ${JSON.stringify({ why })}\n\n`);
  }

  /** Says why in a comment, and closes. Safe to repeat. */
  end(why: string): void {
    clearInterval(this.#heartbeat);
    if (this.#response.writableEnded || this.#response.destroyed) return;
    if (this.#response.headersSent) this.#response.end(`: ${why}\n\n`);
    else this.#response.destroy();
    this.#ending.abort();
  }

  /** A comment keeps the connection alive; the id moves the place to resume past events that were not for this client. */
  #beat(): void {
    if (this.#response.writableNeedDrain || this.#response.writableEnded) return;
    const id = this.#position ? `id: ${formatPosition(this.#position)}\n` : '';
    this.#response.write(`: heartbeat\n${id}\n`);
  }

  async #write(text: string): Promise<void> {
    if (this.#ending.signal.aborted || this.#response.write(text)) return;
    const stalled = AbortSignal.timeout(stalledMilliseconds);
    try {
      await once(this.#response, 'drain', { signal: AbortSignal.any([this.#ending.signal, stalled]) });
    } catch {
      // What it has not taken by now would only wait in memory.
      if (stalled.aborted) this.#response.destroy();
      this.#ending.abort();
    }
  }
}
