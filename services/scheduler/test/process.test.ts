import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { createTestStream, eventually } from '@deskfleet/testkit';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hour, minute } from '../src/domain/settings.ts';
import { Clockwork, type Told } from './clockwork.ts';
import { hours, stops, week } from './example-session.ts';

const main = path.join(import.meta.dirname, '../src/main.ts');
const stream = createTestStream();
const running: ChildProcess[] = [];
let clockwork: Clockwork;

beforeAll(async () => {
  clockwork = await Clockwork.open();
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => clockwork.close());

/** A scheduler on a machine whose clock is wrong by so much. */
async function startProcess({ clockOff = 0, env = {} }: { clockOff?: number; env?: Record<string, string> }) {
  const port = await freePort();
  const metricsPort = await freePort();
  const shift = `{ const real = Date.now; const Real = Date; globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [real() + ${clockOff}])); }
    static now() { return real() + ${clockOff}; } }; }`;
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(shift)}`, main],
    {
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        DATABASE_URL: clockwork.database.urlFor('scheduler'),
        NATS_URL: stream.natsUrl,
        NATS_STREAM: stream.streamName,
        NATS_SUBJECT_PREFIX: stream.subjectPrefix,
        PUBLIC_URL: 'http://localhost:8080',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return { child, isReady, metrics, output: () => output };
}

describe('the processes', () => {
  test('two of them, on machines whose clocks are two hours off, tell each edge once and at its time; one goes on alone', async () => {
    const now = Date.now();
    const clock = (instant: number) => new Date(instant).toISOString().slice(11, 16);
    // A window that by either machine's clock is not the one of now.
    const open = week(
      hours([clock(now - hour), clock(now + hour)]),
      hours([clock(now - hour), clock(now + hour)]),
    );
    const ids = await clockwork.add(60, { schedule: open });
    const processes = await Promise.all([
      startProcess({ clockOff: 2 * hour }),
      startProcess({ clockOff: -2 * hour }),
    ]);
    await eventually(
      async () => (await Promise.all(processes.map(({ isReady }) => isReady()))).every(Boolean),
      {
        timeoutMs: 20_000,
      },
    );
    const starts = await published('start-due', ids.length);
    expect(starts.map(({ data }) => data.sessionId).sort()).toEqual(ids.sort());
    for (const { data } of starts) {
      expect(Math.abs(Date.parse(data.observedAt as string) - now)).toBeLessThan(minute);
    }
    const [first, second] = processes;
    first?.child.kill('SIGKILL');
    const [later] = await clockwork.add(1, { schedule: open });
    // As its event makes it due.
    await clockwork.query(
      'insert into scheduler.schedule_state (session_id, spec_version, next_transition_at) values ($1, 0, now())',
      [later],
    );
    const all = await published('start-due', ids.length + 1);
    expect(all.map(({ data }) => data.sessionId)).toContain(later);
    expect(await second?.metrics()).toMatch(/deskfleet_schedule_lateness_seconds_count\{.*\} [1-9]/);
  });

  test('an event makes the scheduler look at once, and SIGTERM ends it well', async () => {
    const { child, isReady, output } = await startProcess({});
    await eventually(isReady, { timeoutMs: 20_000 });
    const [id] = await clockwork.add(1, { schedule: week(stops, stops) });
    await publish('session.running', {
      type: 'deskfleet.session.running.v1',
      data: {
        sessionId: id,
        owner: 'alice',
        generation: 1,
        cause: 'user:alice',
        name: 'd',
        os: 'linux',
        state: 'running',
        from: 'starting',
        reason: null,
        instanceId: null,
        instanceType: 'm7i.large',
      },
    });
    await eventually(async () => {
      const rows = await clockwork.query(
        'select evaluated_at from scheduler.schedule_state where session_id = $1 and evaluated_at is not null',
        [id],
      );
      return rows.length === 1;
    });
    child.kill('SIGTERM');
    await eventually(() => child.exitCode !== null);
    expect([child.exitCode, output().includes('"level":50')]).toEqual([0, false]);
  });

  test('settings that make no sense are told all at once', async () => {
    const env = {
      START_LEAD_MINUTES: 'soon',
      DCV_LINUX_TERMINATE_STOPPED_SESSION: '-1',
      IDLE_WARNING_MINUTES: 'x',
    };
    const { child, output } = await startProcess({ env });
    await eventually(() => child.exitCode !== null, { timeoutMs: 20_000 });
    expect(child.exitCode).toBe(78);
    for (const name of Object.keys(env)) expect(output()).toContain(name);
  });
});

/** Waits for so many events of one kind on the stream, and then for none more to be on their way. */
async function published(fact: string, count: number): Promise<Told[]> {
  const nc = await connect({ servers: stream.natsUrl });
  const told = new Map<string, Told>();
  const consumer = await jetstream(nc).consumers.get(stream.streamName, {
    filter_subjects: `${stream.subjectPrefix}.schedule.${fact}.*`,
  });
  const messages = await consumer.consume();
  void (async () => {
    for await (const message of messages) told.set(String(message.seq), message.json<Told>());
  })();
  await eventually(() => told.size >= count, { timeoutMs: 20_000 });
  await eventually(
    async () =>
      (await clockwork.query('select from scheduler.outbox where published_at is null')).length === 0,
  );
  await messages.close();
  await nc.close();
  return [...told.values()];
}

async function publish(subject: string, { type, data }: Told): Promise<void> {
  const nc = await connect({ servers: stream.natsUrl });
  const event = {
    specversion: '1.0',
    id: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b11',
    source: '/deskfleet/session-manager',
    type,
    subject: data.sessionId,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: 'http://localhost:8080/schemas/session.running.v1.json',
    data,
  };
  await jetstream(nc).publish(`${stream.subjectPrefix}.${subject}.${data.sessionId}`, JSON.stringify(event));
  await nc.close();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
