import type { ServerResponse } from 'node:http';
import { connect, disconnect } from '../host/connections.ts';
import { hostFacts } from '../host/host-facts.ts';
import { refusalOf } from '../host/refusal-of.ts';
import type { InstanceRecord } from '../state/records.ts';
import { stateNow, type World } from '../state/world.ts';
import type { Admitted } from './admit.ts';

interface Stream {
  connectionId: string;
  username: string;
  response: ServerResponse;
  /** The number of people connected that this viewer was last told. */
  told: number;
}

// Often enough that a vanished browser is noticed, and that no proxy in between takes the silence for an end.
const heartbeatMs = 15_000;

/** The open viewers of all hosts: each is one connection for as long as its response stays open. */
export class ViewerStreams {
  readonly #world: World;
  readonly #streams = new Map<string, Set<Stream>>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(world: World) {
    this.#world = world;
    world.hostChanged((instanceId) => this.#refresh(instanceId));
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs).unref();
  }

  /** Connects an admitted viewer and keeps it informed by one JSON line per event. */
  async open(
    admitted: Extract<Admitted, { result: 'yes' }>,
    userAgent: string,
    response: ServerResponse,
  ): Promise<void> {
    const { instance, desktop, username } = admitted;
    const { instanceId } = instance;
    const connection = connect(this.#world, instanceId, { username, userAgent, origin: 'viewer' });
    const stream: Stream = { connectionId: connection.id, username, response, told: 0 };
    const streams = this.#streams.get(instanceId) ?? new Set();
    this.#streams.set(instanceId, streams.add(stream));
    response.on('close', () => this.#closed(instanceId, stream));
    await this.#world.store.flush();
    stream.told = hostFacts(this.#world, instance).connections.length;
    send(response, {
      type: 'connected',
      username,
      connectionId: connection.id,
      desktopName: instance.tags.Name ?? instanceId,
      sessionId: desktop.sessionId,
      dcvSessionId: desktop.dcvSessionId,
      instanceId,
      connections: stream.told,
    });
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const streams of this.#streams.values()) for (const { response } of streams) response.end();
  }

  #refresh(instanceId: string): void {
    const streams = this.#streams.get(instanceId);
    const instance = this.#world.instances.get(instanceId);
    if (!streams || streams.size === 0) return;
    const facts = instance && hostFacts(this.#world, instance);
    const connected = new Set(facts?.connections.map((connection) => connection.id));
    for (const stream of streams) {
      if (facts?.dcvReady && connected.has(stream.connectionId)) {
        tell(stream, connected.size);
        continue;
      }
      streams.delete(stream);
      const reason = instance ? this.#reason(instance, stream) : 'The desktop is gone.';
      send(stream.response, { type: 'closed', reason, ...(facts?.dcvReady && { desktopIsUp: true }) });
      stream.response.end();
    }
  }

  #reason(instance: InstanceRecord, { username }: Stream): string {
    const state = stateNow(this.#world, instance);
    if (state !== 'running') return `The desktop is ${state}.`;
    const facts = hostFacts(this.#world, instance);
    if (facts.phase.phase !== 'dcv-ready') return 'The desktop is restarting.';
    return refusalOf(facts, username)?.message ?? 'The host closed the connection.';
  }

  #closed(instanceId: string, stream: Stream): void {
    this.#streams.get(instanceId)?.delete(stream);
    disconnect(this.#world, instanceId, stream.connectionId);
    this.#world.store.flush().catch((error: unknown) => {
      this.#world.logger.error({ err: error }, 'the end of a connection could not be kept');
    });
  }

  #beat(): void {
    for (const streams of this.#streams.values()) for (const { response } of streams) response.write('\n');
  }
}

function tell(stream: Stream, connections: number): void {
  if (stream.told === connections) return;
  stream.told = connections;
  send(stream.response, { type: 'connections', connections });
}

function send(response: ServerResponse, event: object): void {
  if (!response.writableEnded) response.write(`${JSON.stringify(event)}\n`);
}
