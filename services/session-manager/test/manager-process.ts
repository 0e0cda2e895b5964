import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAwsSimulator, delaysForBoot } from '@deskfleet/aws-simulator';
import { type EventData, type EventType, schemaNameOf, subjectOf } from '@deskfleet/contracts';
import { type Bus, connectBus } from '@deskfleet/messaging';
import { createLogger } from '@deskfleet/runtime';
import { createTestDatabase, createTestStream, eventually, type TestDatabase } from '@deskfleet/testkit';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { credentialKey } from './fleet.ts';
import { type StatusRow, stacks, subnets } from './fleet-rows.ts';
import type { Surroundings } from './guests.ts';
import { daily } from './schedules.ts';
import { steer } from './steer.ts';

interface Parts {
  database: TestDatabase;
  owner: pg.Pool;
  bus: Bus;
  simulatorUrl: string;
  folder: string;
  env: Record<string, string>;
  closers: (() => Promise<unknown>)[];
}

/** The service as a process of its own, on real time, that tests may crash at a failpoint and start again. */
export class ManagerProcess implements Surroundings {
  private readonly parts: Parts;
  private child: ChildProcess | null = null;

  private constructor(parts: Parts) {
    this.parts = parts;
  }

  static async open(env: Record<string, string> = {}): Promise<ManagerProcess> {
    const simulator = createAwsSimulator({ delays: { ...delaysForBoot(0.5), commandSeconds: 0.2 } });
    const { url } = await simulator.listen({ port: 0 });
    const database = await createTestDatabase();
    const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
    owner.on('error', () => {});
    await owner.query(`insert into api_gateway.users (name, last_seen_at) values ('alice', now())`);
    const { natsUrl, streamName, subjectPrefix } = createTestStream();
    const logger = createLogger({ service: 'test', level: 'error' });
    const stream = { name: streamName, subjectPrefix };
    const bus = connectBus({ servers: natsUrl, name: 'test', logger, stream });
    const folder = await mkdtemp(path.join(tmpdir(), 'deskfleet-failpoints-'));
    const closers = [
      () => bus.close(),
      () => simulator.close(),
      () => owner.end(),
      () => database.drop(),
      () => rm(folder, { recursive: true, force: true }),
    ];
    const settings = {
      ...{ PORT: String(await freePort()), HOST: '127.0.0.1', PUBLIC_URL: 'http://localhost:8080' },
      ...{ DATABASE_URL: database.urlFor('session_manager'), SERVICE_CREDENTIAL_KEY: credentialKey },
      ...{ NATS_URL: natsUrl, NATS_STREAM: streamName, NATS_SUBJECT_PREFIX: subjectPrefix },
      ...{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: url },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ SUBNET_IDS: Object.values(subnets).join(','), DCV_AUTHENTICATOR_URL: 'http://127.0.0.1:1/' },
      ...{ RECONCILE_FAST_SECONDS: '0.2', RECONCILE_IDLE_SECONDS: '0.5', READINESS_INTERVAL_SECONDS: '0.2' },
      ...{ LOG_LEVEL: 'fatal', ...env },
    };
    return new ManagerProcess({ database, owner, bus, simulatorUrl: url, folder, env: settings, closers });
  }

  /** Starts it, to die at the failpoint if one is named. */
  async start(failpoint?: string): Promise<void> {
    const { env, folder } = this.parts;
    const DESKFLEET_FAILPOINT_DIR = await mkdtemp(path.join(folder, 'life-'));
    const main = path.join(import.meta.dirname, '../src/main.ts');
    this.child = spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH, ...env, DESKFLEET_FAILPOINT_DIR, DESKFLEET_FAILPOINTS: failpoint ?? '' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    // Who dies so early is not waited for.
    if (failpoint) return;
    const isReady = async () => (await fetch(`http://127.0.0.1:${env.PORT}/readyz`)).ok;
    await eventually(isReady, { timeoutMs: 30_000 });
  }

  /** Resolves with the signal that it died by. */
  async dies(): Promise<NodeJS.Signals | null> {
    if (!this.child) return null;
    const ended = this.child.exitCode !== null || this.child.signalCode !== null;
    if (!ended) await once(this.child, 'exit');
    return this.child.signalCode;
  }

  async stop(): Promise<void> {
    this.child?.kill('SIGTERM');
    await this.dies();
    this.child = null;
  }

  async close(): Promise<void> {
    await this.stop();
    for (const close of this.parts.closers) await close();
  }

  /** A desktop of alice’s that runs. */
  async running(name: string): Promise<string> {
    const id = uuidv7();
    await this.tamper(
      `insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib,
         session_type, schedule)
       values ($1, 'alice', $2, 'linux', $3, 'm7i.large', 50, 'default', $4)`,
      [id, name, stacks.linux, JSON.stringify(daily)],
    );
    await this.tamper(
      `insert into api_gateway.session_intents (session_id, seq, kind, args, cause) values ($1, 1, 'launch', '{}', 'user:alice')`,
      [id],
    );
    await eventually(async () => (await this.status(id)).state === 'running', { timeoutMs: 60_000 });
    return id;
  }

  /** Tells as another service would. */
  async publish<Type extends EventType>(
    type: Type,
    data: EventData<Type> & { sessionId: string },
  ): Promise<void> {
    const { bus } = this.parts;
    const { js } = await bus.connected(AbortSignal.timeout(10_000));
    const event = {
      ...{ specversion: '1.0', id: uuidv7(), source: '/deskfleet/test', type, subject: data.sessionId, data },
      ...{ time: this.now().toISOString(), datacontenttype: 'application/json' },
      dataschema: `http://localhost:8080/schemas/${schemaNameOf(type)}.json`,
    };
    await js.publish(subjectOf(type, data.sessionId, bus.subjectPrefix), JSON.stringify(event));
  }

  now(): Date {
    return new Date();
  }

  async tamper(statement: string, values: unknown[]): Promise<void> {
    await this.parts.owner.query(statement, values);
  }

  async rows<Row extends pg.QueryResultRow>(query: string, values: unknown[]): Promise<Row[]> {
    return (await this.parts.owner.query<Row>(query, values)).rows;
  }

  async status(id: string): Promise<StatusRow> {
    const query = 'select * from session_manager.session_runtime where session_id = $1';
    const [row] = await this.rows<StatusRow>(query, [id]);
    if (!row) throw new Error(`no status of ${id}`);
    return row;
  }

  async host(id: string, change: Record<string, unknown>): Promise<void> {
    const { instance_id } = await this.status(id);
    await this.sim('PATCH', `/instances/${instance_id}`, change);
  }

  async callCounts() {
    const { calls } = (await this.sim('GET', '/calls')) as {
      calls: Awaited<ReturnType<Surroundings['callCounts']>>;
    };
    return calls;
  }

  sim(method: string, place: string, body?: unknown): Promise<unknown> {
    return steer(this.parts.simulatorUrl, method, place, body);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
