import type { InspectedImage, Problem, Session } from '@deskfleet/contracts';
import { createHealth, createLogger, type Health } from '@deskfleet/runtime';
import { createTestDatabase, createTestStream, eventually, type TestDatabase } from '@deskfleet/testkit';
import pg from 'pg';
import { type GatewayConfig, loadGatewayConfig } from '../src/config.ts';
import { startGateway } from '../src/start-gateway.ts';
import { audience, startIssuer, type TestIssuer } from './oidc-issuer.ts';
import { type StandInSessionManager, startSessionManager } from './session-manager.ts';
import { type StandInTokenService, startTokenService } from './token-service.ts';

export const linuxStack = '01990000-0000-7000-8000-000000000011';
export const windowsStack = '01990000-0000-7000-8000-000000000012';
const credentialKey = Buffer.alloc(32, 7).toString('base64');

export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
  text: string;
}

export interface Gateway {
  url: string;
  health: Health;
  issuer: TestIssuer;
  tokenService: StandInTokenService;
  sessionManager: StandInSessionManager;
  database: TestDatabase;
  /** As the tables' owner: for arranging and for looking. */
  owner: pg.Pool;
  environment: Record<string, string>;
  /** Sends a request as a user; a body that is not text is sent as JSON. */
  send<Body = Problem>(user: string | null, route: string, options?: SendOptions): Promise<Answer<Body>>;
  create(user: string, change?: object): Promise<Session>;
  /** What session-manager would write. */
  setState(sessionId: string, state: string, change?: Record<string, unknown>): Promise<void>;
  /** Rows of the tables that a refused request must not touch. */
  writtenRows(): Promise<Record<string, number>>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface SendOptions {
  body?: unknown;
  headers?: Record<string, string>;
  token?: string;
  signal?: AbortSignal;
}

/** A gateway on a database and a stream of its own, with a real OpenID provider, a token-service and a session-manager. */
export async function startTestGateway(
  change: Record<string, string> = {},
  wayToDatabase = async (url: string) => url,
): Promise<Gateway> {
  const [issuer, tokenService, sessionManager, database] = await Promise.all([
    startIssuer(),
    startTokenService(credentialKey),
    startSessionManager(credentialKey),
    createTestDatabase(),
  ]);
  const stream = createTestStream();
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
  owner.on('error', () => {});
  const environment: Record<string, string> = {
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    DATABASE_URL: await wayToDatabase(database.urlFor('api_gateway')),
    NATS_URL: stream.natsUrl,
    NATS_STREAM: stream.streamName,
    NATS_SUBJECT_PREFIX: stream.subjectPrefix,
    PUBLIC_URL: 'http://localhost:8080',
    SERVICE_CREDENTIAL_KEY: credentialKey,
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: audience,
    TOKEN_SERVICE_URL: tokenService.url,
    SESSION_MANAGER_URL: sessionManager.url,
    DCV_ACCESS_MODE: 'path',
    DCV_BASE_URL: 'http://localhost:9000/desktops',
    ...change,
  };
  await insertInstanceTypes(owner);
  for (const [image, inspected] of images) sessionManager.images.set(image, inspected);
  let running = await start(environment);

  const gateway: Gateway = {
    get url() {
      return running.url;
    },
    get health() {
      return running.health;
    },
    issuer,
    tokenService,
    sessionManager,
    database,
    owner,
    environment,
    async send<Body>(user: string | null, route: string, options: SendOptions = {}) {
      const token = options.token ?? (user === null ? undefined : await issuer.token(user));
      return send<Body>(running.url, route, token, options);
    },
    async create(user, change = {}) {
      const body = {
        name: `desk ${++names}`,
        softwareStackId: linuxStack,
        instanceType: 'm7i.large',
        ...change,
      };
      const answer = await gateway.send<Session>(user, 'POST /v1/sessions', { body });
      if (answer.status !== 202) throw new Error(answer.text);
      return answer.body;
    },
    setState: (sessionId, state, change) => setState(owner, sessionId, { state, ...change }),
    writtenRows: () => countRows(owner),
    async restart() {
      await running.stop();
      running = await start(environment);
      await ready(running.health);
    },
    async close() {
      await running.stop();
      await Promise.all([issuer.close(), tokenService.close(), sessionManager.close(), owner.end()]);
      await database.drop();
    },
  };
  await ready(running.health);
  return gateway;
}

let names = 0;

const imageOf = (imageId: string, change: Partial<InspectedImage> = {}): [string, InspectedImage] => [
  imageId,
  { imageId, architecture: 'x86_64', os: 'linux', minRootVolumeGiB: 20, ...change },
];
/** The images that session-manager knows. */
const images = [
  imageOf('ami-0aaaaaaaaaaaaaaa1'),
  imageOf('ami-0aaaaaaaaaaaaaaa2', { minRootVolumeGiB: 80 }),
  imageOf('ami-0aaaaaaaaaaaaaaa3', { architecture: 'arm64' }),
  imageOf('ami-0aaaaaaaaaaaaaaa4', { os: 'windows', minRootVolumeGiB: 30 }),
  imageOf('/aws/service/some/image/parameter'),
];

async function start(environment: Record<string, string>) {
  const { config } = loadGatewayConfig(environment) as { config: GatewayConfig };
  const health = createHealth();
  const ending = new AbortController();
  const logger = createLogger({ service: 'api-gateway', level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const gateway = await startGateway({ config, health, logger, signal: ending.signal });
  return {
    url: gateway.url,
    health,
    async stop() {
      ending.abort(new Error('The test is over.'));
      await gateway.drain?.();
      await gateway.stop();
    },
  };
}

async function ready(health: Health): Promise<void> {
  await eventually(async () => (await health.readiness()).status === 'ready');
}

async function send<Body>(
  url: string,
  route: string,
  token: string | undefined,
  { body, headers = {}, signal }: SendOptions,
): Promise<Answer<Body>> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const isText = typeof body === 'string';
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const text = await response.text();
  const isJson = text !== '' && response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as Body,
    text,
  };
}

async function insertInstanceTypes(owner: pg.Pool): Promise<void> {
  const t4 = JSON.stringify({ name: 'T4', manufacturer: 'NVIDIA', count: 1, memoryMiB: 16_384 });
  await owner.query(
    `insert into session_manager.instance_types
       (name, vcpus, memory_mib, gpu, architectures, hibernation_supported, refreshed_at)
     values ('m7i.large', 2, 8192, null, '{x86_64}', true, now()),
       ('m7i.4xlarge', 16, 65536, null, '{x86_64}', true, now()),
       ('g4dn.xlarge', 4, 16384, $1, '{x86_64}', false, now()),
       ('t3.nano', 2, 512, null, '{x86_64}', true, now()),
       ('m5.metal', 96, 393216, null, '{x86_64}', false, now()),
       ('m7g.large', 2, 8192, null, '{arm64}', true, now()),
       ('x2gd.large', 2, 32768, null, '{arm64}', false, now())`,
    [t4],
  );
}

async function setState(owner: pg.Pool, sessionId: string, change: Record<string, unknown>): Promise<void> {
  const row: Record<string, unknown> = {
    session_id: sessionId,
    state_since: new Date(),
    applied_seq: 1,
    desired: 'running',
    desired_cause: 'user:alice',
    instance_type: 'm7i.large',
    updated_at: new Date(),
    ...change,
  };
  const columns = Object.keys(row);
  const values = columns.map((_, index) => `$${index + 1}`);
  const updates = columns.map((column) => `${column} = excluded.${column}`);
  await owner.query(
    `insert into session_manager.session_runtime (${columns.join()}) values (${values.join()})
     on conflict (session_id) do update set ${updates.join()}`,
    Object.values(row),
  );
}

async function countRows(owner: pg.Pool): Promise<Record<string, number>> {
  const tables = ['sessions', 'session_intents', 'outbox', 'audit_log', 'idempotency_keys', 'images'];
  const counts = tables.map((table) => `(select count(*)::int from api_gateway.${table}) as ${table}`);
  const { rows } = await owner.query(`select ${counts.join()}`);
  return rows[0];
}
