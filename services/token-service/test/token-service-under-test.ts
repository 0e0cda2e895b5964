import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IssuedToken, SessionState } from '@deskfleet/contracts';
import { connectDatabase, type DatabaseConnection } from '@deskfleet/database';
import { createEventWriter } from '@deskfleet/messaging';
import { createHealth, createLogger, createMetrics, signServiceCredential } from '@deskfleet/runtime';
import { createTestDatabase, type TestDatabase, workingWeek } from '@deskfleet/testkit';
import type { FastifyInstance } from 'fastify';
import { DateTime, Duration } from 'luxon';
import pg from 'pg';
import type { Registry } from 'prom-client';
import { v7 as uuid } from 'uuid';
import { createJweTokenCipher } from '../src/adapters/jose/jwe-token-cipher.ts';
import { type AppDependencies, buildApp } from '../src/app.ts';
import { readTokenKeys } from '../src/token-keys.ts';

const softwareStacks = {
  linux: '01990000-0000-7000-8000-000000000011',
  windows: '01990000-0000-7000-8000-000000000012',
};
export const credentialKey = randomBytes(32).toString('base64');
export const newKey = () => randomBytes(32).toString('base64');

/** The service on a port, as its own database role, with a clock that tests move. */
export interface ServiceUnderTest {
  url: string;
  app: FastifyInstance;
  registry: Registry;
  logLines: Record<string, unknown>[];
  clock: { now(): DateTime; advance(by: object): void };
  issue(request: Record<string, unknown>, headers?: Record<string, string>): Promise<Response>;
  /** Issues a token that must be granted. */
  tokenFor(sessionId: string, user?: string): Promise<IssuedToken>;
  /** Asks as the DCV server of the host with this address does. */
  ask(fields: Record<string, string>, from: string, headers?: Record<string, string>): Promise<HostAnswer>;
  close(): Promise<void>;
}

export interface HostAnswer {
  status: number;
  type: string | undefined;
  xml: string;
}

export interface ServiceSettings
  extends Partial<
    Pick<
      AppDependencies,
      'trustedProxies' | 'denialLimits' | 'policy' | 'resolver' | 'mostPerMinute' | 'hostNaming'
    >
  > {
  databaseUrl: string;
  keys: readonly string[];
  host?: string;
  now?: DateTime;
  /** Shared with other replicas; its own, from `now`, unless told. */
  clock?: ServiceUnderTest['clock'];
}

export async function startService(settings: ServiceSettings): Promise<ServiceUnderTest> {
  const { databaseUrl, keys, host = '127.0.0.1', now, clock = movableClock(now), ...rest } = settings;
  const database = connectDatabase({
    url: databaseUrl,
    applicationName: 'token-service',
    onConnectionLost: () => {},
  });
  const logLines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void logLines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const registry = createMetrics({ service: 'token-service' });
  const app = await buildApp({
    db: database.db,
    events: createEventWriter({
      schema: 'token_service',
      source: '/deskfleet/token-service',
      publicUrl: 'http://localhost:8080',
      clock,
    }),
    cipher: await createJweTokenCipher(readTokenKeys(keys)),
    clock,
    policy: {
      firstUseWithin: Duration.fromObject({ minutes: 10 }),
      lifetime: Duration.fromObject({ hours: 12 }),
    },
    serviceCredentialKey: credentialKey,
    hostNaming: { hostAccounts: 'local', windowsDomain: null },
    trustedProxies: [],
    denialLimits: { perAddress: 10_000, inAll: 10_000 },
    logger: createLogger({ service: 'token-service', destination }),
    registry,
    health: createHealth(),
    resolver: { webUrlPathTemplate: '/' },
    mostPerMinute: { authenticator: 0, resolver: 0 },
    ...rest,
  });
  await app.listen({ host, port: 0 });
  return { app, registry, logLines, clock, ...clientOf(app, clock), close: () => closeBoth(app, database) };
}

async function closeBoth(app: FastifyInstance, database: DatabaseConnection): Promise<void> {
  app.server.closeAllConnections();
  await app.close();
  await database.close();
}

export function movableClock(start: DateTime = DateTime.utc().startOf('second')): ServiceUnderTest['clock'] {
  let now = start;
  return {
    now: () => now,
    advance(by) {
      now = now.plus(by);
    },
  };
}

function clientOf(app: FastifyInstance, clock: ServiceUnderTest['clock']) {
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const issue: ServiceUnderTest['issue'] = async (request, headers) => {
    const credential = await signServiceCredential({
      key: credentialKey,
      from: 'api-gateway',
      to: 'token-service',
      clock,
    });
    return fetch(`${url}/internal/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(request),
    });
  };
  const tokenFor: ServiceUnderTest['tokenFor'] = async (sessionId, user = 'alice') => {
    const response = await issue({ sessionId, user, clientAddress: '203.0.113.7' });
    if (response.status !== 201) throw new Error(`No token: ${response.status} ${await response.text()}`);
    return (await response.json()) as IssuedToken;
  };
  const ask: ServiceUnderTest['ask'] = (fields, from, headers) =>
    post({ url, from, body: new URLSearchParams(fields).toString(), ...(headers ? { headers } : {}) });
  return { url, issue, tokenFor, ask };
}

export interface RawPost {
  url: string;
  body: string | Buffer;
  /** Address of the asking host; any 127.x.y.z will do. */
  from?: string;
  headers?: Record<string, string>;
}

/** A POST to the authenticator from a chosen address of the loopback network, as simulated hosts make it. */
export function post({ url, body, from = '127.0.0.1', headers = {} }: RawPost): Promise<HostAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}/authenticator`, {
      method: 'POST',
      localAddress: from,
      agent: false,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let xml = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        xml += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], xml }),
      );
    });
    request.end(body);
  });
}

/** What other services have written, arranged as the owner of the tables. */
export interface Records {
  database: TestDatabase;
  owner: pg.Pool;
  addUser(name: string): Promise<void>;
  addRunningSession(change?: Partial<SessionFixture>): Promise<string>;
  change(sessionId: string, columns: Record<string, unknown>): Promise<void>;
  /** Shares a session as the gateway does, for an hour or until `expiresAt`. */
  addShare(sessionId: string, guest: string, expiresAt?: DateTime): Promise<string>;
  endShare(shareId: string): Promise<void>;
  /** Appends an intent as the gateway does. */
  addIntent(sessionId: string, kind: string): Promise<void>;
  /** Events in the outbox about this session (or `unknown`), oldest first. */
  eventsAbout(subject: string): Promise<WireEvent[]>;
  drop(): Promise<void>;
}

export interface SessionFixture {
  owner: string;
  os: 'linux' | 'windows';
  state: SessionState;
  desired: string;
  privateIp: string | null;
  epoch: number;
}

export interface WireEvent {
  type: string;
  subject: string;
  source: string;
  data: Record<string, unknown>;
}

export async function createRecords(): Promise<Records> {
  const database = await createTestDatabase();
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
  // Dropping the database ends what is still on its way out.
  owner.on('error', () => {});
  return {
    database,
    owner,
    async addUser(name) {
      await owner.query('insert into api_gateway.users (name, last_seen_at) values ($1, now())', [name]);
    },
    addRunningSession: (change) => addRunningSession(owner, change),
    async change(sessionId, columns) {
      const names = Object.keys(columns).map((name, at) => `${name} = $${at + 2}`);
      await owner.query(
        `update session_manager.session_runtime set ${names.join(', ')} where session_id = $1`,
        [sessionId, ...Object.values(columns)],
      );
    },
    async addShare(sessionId, guest, expiresAt = DateTime.utc().plus({ hours: 1 })) {
      const id = uuid();
      await owner.query(
        `insert into api_gateway.shares (id, session_id, user_name, permissions, features, granted_by, expires_at)
         values ($1, $2, $3, 'view-only', '{display}', 'user:alice', $4)`,
        [id, sessionId, guest, expiresAt.toJSDate()],
      );
      return id;
    },
    async endShare(shareId) {
      await owner.query(
        "update api_gateway.shares set ended_at = now(), ended_cause = 'user:alice' where id = $1",
        [shareId],
      );
    },
    addIntent: (sessionId, kind) => addIntent(owner, sessionId, kind),
    async eventsAbout(subject) {
      const { rows } = await owner.query<{ event: string }>(
        'select event from token_service.outbox order by seq',
      );
      return rows
        .map(({ event }) => JSON.parse(event) as WireEvent)
        .filter((event) => event.subject === subject);
    },
    async drop() {
      await owner.end();
      await database.drop();
    },
  };
}

const runningSession: SessionFixture = {
  owner: 'alice',
  os: 'linux',
  state: 'running',
  desired: 'running',
  privateIp: '127.0.7.1',
  epoch: 1,
};

async function addRunningSession(owner: pg.Pool, change: Partial<SessionFixture> = {}): Promise<string> {
  const session = { ...runningSession, ...change };
  const id = uuid();
  await owner.query(
    `insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib, session_type,
       schedule)
     values ($1, $2, $3, $4, $5, 'm7i.large', 30, 'default', $6)`,
    [id, session.owner, id, session.os, softwareStacks[session.os], workingWeek],
  );
  await owner.query(
    `insert into api_gateway.session_intents (session_id, seq, kind, args, cause) values ($1, 1, 'launch', '{}', 'user:alice')`,
    [id],
  );
  await owner.query(
    `insert into session_manager.session_runtime (session_id, state, state_since, applied_seq, desired, desired_cause,
       instance_type, private_ip, access_epoch, updated_at)
     values ($1, $2, now(), 1, $3, 'user:alice', 'm7i.large', $4, $5, now())`,
    [id, session.state, session.desired, session.privateIp, session.epoch],
  );
  return id;
}

async function addIntent(owner: pg.Pool, sessionId: string, kind: string): Promise<void> {
  const { rows } = await owner.query<{ generation: number }>(
    'update api_gateway.sessions set generation = generation + 1 where id = $1 returning generation',
    [sessionId],
  );
  await owner.query(
    `insert into api_gateway.session_intents (session_id, seq, kind, args, cause) values ($1, $2, $3, '{}', 'user:alice')`,
    [sessionId, rows[0]?.generation, kind],
  );
}
