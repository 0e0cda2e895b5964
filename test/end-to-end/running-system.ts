import { chmod, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Image, Problem, Session, SessionConnection } from '@deskfleet/contracts';
import { type EmbeddedSystem, freePort, startEmbedded } from '@deskfleet/embedded';
import { eventually } from '@deskfleet/testkit';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { CloudEvent } from 'cloudevents';
import { createParser } from 'eventsource-parser';

/** The base software stack that every deployment has (packages/database, 0003). */
const linuxStack = '01990000-0000-7000-8000-000000000011';
export const windowsStack = '01990000-0000-7000-8000-000000000012';

/** Desktops boot in a second, and the reconciler looks often: a test waits for events, not for pauses. */
const quick = {
  SIM_BOOT_SECONDS: '1',
  RECONCILE_FAST_SECONDS: '0.2',
  RECONCILE_IDLE_SECONDS: '1',
  RECONCILE_SLOW_SECONDS: '2',
  READINESS_INTERVAL_SECONDS: '0.3',
  IMAGE_POLL_SECONDS: '0.3',
  OBSERVATION_SETTLE_SECONDS: '3',
  // Tests ask more often than people.
  RATE_LIMIT_PER_MINUTE: '0',
};

/** What the simulator says of an instance (packages/aws-simulator, `/_sim/instances`). */
export interface SimulatedInstance {
  instanceId: string;
  imageId: string;
  state: string;
  connections: unknown[];
  tags: Record<string, string>;
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** The whole system as `npm start` runs it, in a folder of its own. */
export class RunningSystem {
  readonly dataDir: string;
  readonly port: number;
  readonly log: string[] = [];
  private readonly env: Record<string, string>;
  private running: EmbeddedSystem | null = null;

  private constructor(dataDir: string, port: number, env: Record<string, string>) {
    this.dataDir = dataDir;
    this.port = port;
    this.env = env;
  }

  static async start(env: Record<string, string> = {}): Promise<RunningSystem> {
    const folder = await mkdtemp('/tmp/deskfleet-test-');
    // Run by root, PostgreSQL has a user of its own, who must be able to enter.
    await chmod(folder, 0o755);
    const system = new RunningSystem(path.join(folder, 'data'), await freePort(), env);
    try {
      await system.up();
    } catch (error) {
      await system.remove();
      throw error;
    }
    return system;
  }

  get embedded(): EmbeddedSystem {
    if (!this.running) throw new Error('The system is not running.');
    return this.running;
  }

  /** Starts it, again with the same data; settings that are given hold from now on. */
  async up(change: Record<string, string> = {}): Promise<void> {
    Object.assign(this.env, change);
    this.running = await startEmbedded({
      dataDir: this.dataDir,
      port: this.port,
      env: { ...process.env, ...quick, ...this.env },
      onLog: ({ name, line }) => this.log.push(`${name}: ${line}`),
      // Who is killed on purpose need not be waited for.
      slowestRestartMs: 100,
    });
  }

  async down(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }

  async remove(): Promise<void> {
    await this.down();
    await rm(path.dirname(this.dataDir), { recursive: true, force: true });
  }

  async as(user: string): Promise<ApiUser> {
    return new ApiUser(`http://localhost:${this.port}`, await this.embedded.token(user));
  }

  /** The instances that EC2 would bill or still remembers. */
  async instances(): Promise<SimulatedInstance[]> {
    const answer = await fetch(`${this.embedded.urls.awsSimulator}/_sim/instances`);
    const { instances } = (await answer.json()) as { instances: SimulatedInstance[] };
    return instances;
  }

  /** How long the simulated EC2 takes for an image from now on. */
  async imagesTake(imageSeconds: number): Promise<void> {
    await fetch(`${this.embedded.urls.awsSimulator}/_sim/delays`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ imageSeconds }),
    });
  }

  /** What EC2 has of an image: more than one would be paid for unseen. */
  async imagesAtEc2(imageId: string): Promise<{ state: string }[]> {
    const answer = await fetch(`${this.embedded.urls.awsSimulator}/_sim/images`);
    const { images } = (await answer.json()) as {
      images: { state: string; tags?: Record<string, string> }[];
    };
    return images.filter(({ tags }) => tags?.['deskfleet:image'] === imageId);
  }

  /** The whole stream, read as another system would: with NATS's client and the CNCF's SDK, nothing of ours. */
  async events(): Promise<CloudEvent[]> {
    const nc = await connect({ servers: this.embedded.urls.nats });
    try {
      const { state } = await (await jetstreamManager(nc)).streams.info('DESKFLEET');
      const consumer = await jetstream(nc).consumers.get('DESKFLEET');
      const events: CloudEvent[] = [];
      if (state.messages === 0) return events;
      for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 5_000 })) {
        const mediaType = message.headers?.get('Content-Type');
        if (mediaType !== 'application/cloudevents+json') throw new Error(`an event came as ${mediaType}`);
        events.push(new CloudEvent(message.json<Record<string, unknown>>()));
      }
      return events;
    } finally {
      await nc.close();
    }
  }

  async instancesOf(sessionId: string): Promise<SimulatedInstance[]> {
    return (await this.instances()).filter(({ tags }) => tags['deskfleet:session'] === sessionId);
  }
}

/** Somebody with a token, calling the API as the portal would. */
export class ApiUser {
  private readonly url: string;
  private readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  /** The connection file of a running desktop, as it is downloaded. */
  async connectionFile(id: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.token}` };
    const answer = await fetch(`${this.url}/v1/sessions/${id}/connection.dcv`, { headers });
    if (answer.status !== 200) throw new Error(`connection.dcv: ${answer.status} ${await answer.text()}`);
    return answer.text();
  }

  async call<Body>(method: string, path: string, body?: unknown, headers = {}): Promise<Answer<Body>> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed: unknown = text === '' ? null : JSON.parse(text);
    return { status: answer.status, headers: answer.headers, body: parsed as Body };
  }

  /** Launches a desktop; repeats the request with its Idempotency-Key while the gateway is being restarted. */
  async launch(name: string, softwareStackId: string = linuxStack): Promise<Session> {
    const key = crypto.randomUUID();
    return eventually(
      async () => {
        const answer = await fetch(`${this.url}/v1/sessions`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${this.token}`,
            'content-type': 'application/json',
            'idempotency-key': key,
          },
          body: JSON.stringify({ name, softwareStackId, instanceType: 'm7i.large' }),
        });
        if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
        return (await answer.json()) as Session;
      },
      { timeoutMs: 30_000 },
    );
  }

  async session(id: string): Promise<Session> {
    const { status, body } = await this.call<Session>('GET', `/v1/sessions/${id}`);
    if (status !== 200) throw new Error(`GET session: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async reaches(id: string, state: Session['state'], timeoutMs = 45_000): Promise<Session> {
    return eventually(
      async () => {
        const session = await this.session(id);
        if (session.state === state && session.pendingIntent === null) return session;
        throw new Error(`the session is ${session.state} (${session.stateReason?.sentence ?? 'no reason'})`);
      },
      { timeoutMs, intervalMs: 100 },
    );
  }

  /** Asks something of a session, again while a service that was killed comes back. */
  async ask(id: string, verb: 'start' | 'stop' | 'terminate'): Promise<void> {
    await eventually(
      async () => {
        const terminate = verb === 'terminate';
        const path = terminate ? `/v1/sessions/${id}` : `/v1/sessions/${id}/${verb}`;
        const { status, body } = await this.call<Problem>(terminate ? 'DELETE' : 'POST', path);
        // The answer to an earlier try may have been lost: then it is already under way.
        if (status !== 202 && !body.code?.startsWith('already-')) throw new Error(`${status} ${body.detail}`);
      },
      { timeoutMs: 30_000 },
    );
  }

  /** Asks for an image of a desktop, again with the same key while a service that was killed comes back. */
  async image(sessionId: string, name: string): Promise<Image> {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    return eventually(
      async () => {
        const path = `/v1/sessions/${sessionId}/image`;
        const { status, body } = await this.call<Image>('POST', path, { name }, headers);
        if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
        return body;
      },
      { timeoutMs: 30_000 },
    );
  }

  /** Waits until the image has become a software stack. */
  async becomesStack(imageId: string, timeoutMs = 60_000): Promise<string> {
    return eventually(
      async () => {
        const { body } = await this.call<Image>('GET', `/v1/images/${imageId}`);
        if (body.softwareStackId) return body.softwareStackId;
        throw new Error(`the image is ${body.state} (${body.reason?.sentence ?? 'no reason'})`);
      },
      { timeoutMs, intervalMs: 100 },
    );
  }

  async connect(id: string): Promise<SessionConnection> {
    const { status, body } = await this.call<SessionConnection>('POST', `/v1/sessions/${id}/connection`);
    if (status !== 201) throw new Error(`connection: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Types of the live events as they come; ends with `signal`. */
  async watch(
    onEvent: (type: string, data: unknown, id: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const answer = await fetch(`${this.url}/v1/events`, {
      headers: { authorization: `Bearer ${this.token}` },
      signal,
    });
    if (!answer.ok || !answer.body) throw new Error(`live stream: ${answer.status}`);
    const parser = createParser({
      onEvent: ({ event, data, id }) => onEvent(event ?? '', JSON.parse(data), id ?? ''),
    });
    const decoder = new TextDecoder();
    void (async () => {
      for await (const chunk of answer.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
    })().catch(() => undefined);
  }
}

/** What the simulated DCV host answers when a browser comes with this URL. */
export async function openDesktop(
  browserUrl: string,
): Promise<{ result: string; username?: string; message?: string }> {
  const url = new URL(browserUrl);
  const answer = await fetch(`${url.origin}${url.pathname}auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId: url.hash.slice(1), authToken: url.searchParams.get('authToken') }),
  });
  return (await answer.json()) as { result: string; username?: string; message?: string };
}
