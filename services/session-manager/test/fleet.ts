import { randomBytes } from 'node:crypto';
import { createAwsSimulator, delaysForBoot } from '@deskfleet/aws-simulator';
import type { IntentArguments, IntentKind, SessionState } from '@deskfleet/contracts';
import { connectDatabase, type DatabaseConnection } from '@deskfleet/database';
import { createEventWriter } from '@deskfleet/messaging';
import { createLogger } from '@deskfleet/runtime';
import { createTestDatabase, type TestDatabase } from '@deskfleet/testkit';
import { DateTime } from 'luxon';
import pg from 'pg';
import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { createAwsClients } from '../src/adapters/aws/aws-clients.ts';
import { buildApp, type SessionManager } from '../src/app.ts';
import type { AlertName } from '../src/application/ports.ts';
import { loadSessionManagerConfig } from '../src/config.ts';
import { type Instance, type RequestOptions, type StatusRow, stacks, subnets } from './fleet-rows.ts';
import { daily } from './schedules.ts';
import { steer } from './steer.ts';

export const credentialKey = randomBytes(32).toString('base64');

/** session-manager on a real database and the simulated AWS over the wire, on a clock that the test moves. */
export class Fleet {
  private readonly database: TestDatabase;
  /** As session-manager's own role. */
  readonly connection: DatabaseConnection;
  private readonly owner: pg.Pool;
  private readonly time: { ms: number };
  private readonly closers: (() => Promise<unknown>)[];
  readonly simulatorUrl: string;
  private readonly metrics = new Registry();
  readonly clock = { now: () => DateTime.fromMillis(this.time.ms, { zone: 'utc' }) };
  readonly log: string[] = [];
  readonly logger = createLogger({
    service: 'session-manager',
    level: process.env.TEST_LOG_LEVEL ?? 'info',
    destination: { write: (line) => this.keepLogLine(line) },
  });
  readonly manager: SessionManager;
  private readonly makeManager: (metrics: Registry) => SessionManager;

  private constructor(parts: {
    database: TestDatabase;
    connection: DatabaseConnection;
    owner: pg.Pool;
    time: { ms: number };
    simulatorUrl: string;
    closers: (() => Promise<unknown>)[];
    env: Record<string, string>;
  }) {
    this.database = parts.database;
    this.connection = parts.connection;
    this.owner = parts.owner;
    this.time = parts.time;
    this.simulatorUrl = parts.simulatorUrl;
    this.closers = parts.closers;
    const { config } = loadSessionManagerConfig(parts.env);
    const events = createEventWriter({
      schema: 'session_manager',
      source: '/deskfleet/session-manager',
      publicUrl: config.PUBLIC_URL,
      clock: this.clock,
    });
    this.makeManager = (metrics) => {
      const aws = createAwsClients(config.AWS_REGION);
      this.closers.unshift(async () => aws.destroy());
      const base = {
        database: this.connection,
        clock: { ...this.clock, sample: async () => {}, stop() {} },
        events,
      };
      return buildApp({
        config,
        base: { ...base, metrics },
        aws,
        monotonic: () => this.time.ms,
        logger: this.logger,
      });
    };
    this.manager = this.makeManager(this.metrics);
  }

  static async open(env: Record<string, string> = {}): Promise<Fleet> {
    const time = { ms: Date.parse('2026-11-22T08:00:00Z') };
    const simulator = createAwsSimulator({
      clock: { now: () => time.ms },
      delays: { ...delaysForBoot(60), commandSeconds: 0 },
      throttling: false,
    });
    const { url } = await simulator.listen({ port: 0 });
    // The SDK's own variables: the adapters are pointed at the simulator as an operator would.
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    const database = await createTestDatabase();
    const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
    // Dropping the database may cut a connection before the pool has closed it.
    owner.on('error', () => {});
    await owner.query(`insert into api_gateway.users (name, last_seen_at) values ('alice', now())`);
    const connection = connectDatabase({
      url: database.urlFor('session_manager'),
      applicationName: 'session-manager',
      onConnectionLost: () => {},
    });
    return new Fleet({
      database,
      connection,
      owner,
      time,
      simulatorUrl: url,
      closers: [() => simulator.close()],
      env: {
        DATABASE_URL: database.urlFor('session_manager'),
        NATS_URL: 'nats://127.0.0.1:1',
        PUBLIC_URL: 'http://localhost:8080',
        AWS_REGION: 'us-east-1',
        SUBNET_IDS: Object.values(subnets).join(','),
        DCV_AUTHENTICATOR_URL: 'http://127.0.0.1:1/authenticator',
        SERVICE_CREDENTIAL_KEY: credentialKey,
        READINESS_INTERVAL_SECONDS: '0.001',
        READINESS_WAIT_SECONDS: '0.4',
        ...env,
      },
    });
  }

  async close(): Promise<void> {
    await this.manager.reconciler.settled();
    for (const close of this.closers) await close();
    await this.connection.close();
    await this.owner.end();
    await this.database.drop();
  }

  /** Another replica, as it would run beside the first if the lease did not keep it from acting. */
  replica(): SessionManager {
    return this.makeManager(new Registry());
  }

  /** What the gateway writes when it admits a session. */
  async request(name: string, options: RequestOptions = {}): Promise<string> {
    const { os = 'linux', instanceType = 'm7i.large', hibernation = false, subnetId = null } = options;
    const id = uuidv7();
    await this.owner.query(
      `insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib, session_type,
         created_at, hibernation, subnet_id, schedule, schedule_changed_at)
       values ($1, 'alice', $2, $3, $4, $6, 50, 'default', $5, $7, $8, $9, $5)`,
      [id, name, os, stacks[os], this.now(), instanceType, hibernation, subnetId, JSON.stringify(daily)],
    );
    await this.intend(id, 'launch');
    return id;
  }

  /** What the gateway writes when it accepts an intent. */
  async intend(
    id: string,
    kind: IntentKind,
    args: IntentArguments = {},
    cause = 'user:alice',
  ): Promise<void> {
    await this.owner.query(
      `insert into api_gateway.session_intents (session_id, seq, kind, args, cause, at)
       select $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 from api_gateway.session_intents where session_id = $1`,
      [id, kind, JSON.stringify(args), cause, this.now()],
    );
  }

  /** Asks EC2 for instance types, zones and subnets, as the service does by itself. */
  async learnPlaces(): Promise<void> {
    await this.manager.refreshInstanceTypes();
    await this.manager.subnetRefresh.sweep();
  }

  /** Steers the machine of a session. */
  async host(id: string, change: Record<string, unknown>): Promise<void> {
    const { instance_id } = await this.status(id);
    await this.sim('PATCH', `/instances/${instance_id}`, change);
  }

  /** One look at everything, and the calls that it sets off. */
  async pass({ everything = true } = {}): Promise<void> {
    await this.manager.reconciler.pass({ everything, allIntents: true });
    await this.manager.reconciler.settled();
  }

  now(): Date {
    return new Date(this.time.ms);
  }

  advance(seconds: number): void {
    this.time.ms += seconds * 1000;
  }

  /** Passes, a few simulated seconds apart, until the session is in this state. */
  async reaches(id: string, state: SessionState, { secondsApart = 5, passes = 80 } = {}): Promise<StatusRow> {
    for (let i = 0; i < passes; i++) {
      await this.pass();
      const status = await this.status(id);
      if (status.state === state) return status;
      this.advance(secondsApart);
    }
    throw new Error(`${id} is ${JSON.stringify(await this.status(id))} after ${passes} passes, not ${state}`);
  }

  async running(name: string, options?: RequestOptions): Promise<string> {
    const id = await this.request(name, options);
    await this.reaches(id, 'running');
    return id;
  }

  async status(id: string): Promise<StatusRow> {
    const { rows } = await this.owner.query<StatusRow>(
      'select * from session_manager.session_runtime where session_id = $1',
      [id],
    );
    const [row] = rows;
    if (!row) throw new Error(`no status of ${id}`);
    return row;
  }

  /** `from>to` of every transition, with the cause where it is not the user's. */
  async history(id: string): Promise<string[]> {
    const { rows } = await this.owner.query<{ to_state: string; cause: string }>(
      'select to_state, cause from session_manager.session_transitions where session_id = $1 order by id',
      [id],
    );
    return rows.map(({ to_state, cause }) => (cause === 'user:alice' ? to_state : `${to_state} (${cause})`));
  }

  async eventTypes(id: string): Promise<string[]> {
    const { rows } = await this.owner.query<{ type: string }>(
      `select event::jsonb ->> 'type' as type from session_manager.outbox
       where event::jsonb ->> 'subject' = $1 order by seq`,
      [id],
    );
    return rows.map(({ type }) => type.replace(/^deskfleet\.session\.|\.v1$/g, ''));
  }

  private keepLogLine(line: string): void {
    this.log.push(line);
    if (process.env.TEST_LOG_LEVEL) process.stdout.write(line);
  }

  async read(query: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.owner.query(query, values)).rows;
  }

  /** Changes what is recorded, to make a situation that only a crash or a restored backup makes. */
  async tamper(statement: string, values: unknown[] = []): Promise<void> {
    await this.owner.query(statement, values);
  }

  /** What is recorded, for looking at. */
  async rows<Row extends pg.QueryResultRow>(query: string, values: unknown[]): Promise<Row[]> {
    return (await this.owner.query<Row>(query, values)).rows;
  }

  async instances(sessionId?: string): Promise<Instance[]> {
    const { instances } = (await this.sim('GET', '/instances')) as { instances: Instance[] };
    return instances.filter(({ tags }) => sessionId === undefined || tags['deskfleet:session'] === sessionId);
  }

  /** States of a session's launch attempts, in their order. */
  async attempts(id: string): Promise<string[]> {
    const { rows } = await this.owner.query<{ state: string }>(
      'select state from session_manager.launch_attempts where session_id = $1 order by number',
      [id],
    );
    return rows.map(({ state }) => state);
  }

  /** States of a session's instances: more than one living one is the worst that can happen. */
  async states(sessionId: string): Promise<string[]> {
    return (await this.instances(sessionId)).map(({ state }) => state);
  }

  /** How often operators have been alerted of this. */
  async alerts(name: AlertName): Promise<number> {
    const { values } = (await this.metrics.getSingleMetric('deskfleet_alerts_total')?.get()) ?? {
      values: [],
    };
    return values.find(({ labels }) => labels.alert === name)?.value ?? 0;
  }

  async callCounts(): Promise<
    Record<string, { calls: number; instances: number; errors: Record<string, number> }>
  > {
    const { calls } = (await this.sim('GET', '/calls')) as {
      calls: Record<string, { calls: number; instances: number; errors: Record<string, number> }>;
    };
    return calls;
  }

  /** Steers the simulator (packages/aws-simulator/README.md). */
  sim(method: string, path: string, body?: unknown): Promise<unknown> {
    return steer(this.simulatorUrl, method, path, body);
  }
}
