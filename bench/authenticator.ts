import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type IssuedToken, weekOf } from '@deskfleet/contracts';
import { signServiceCredential } from '@deskfleet/runtime';
import pg from 'pg';
import { startBenchProcess } from './bench-process.ts';
import { type BenchServers, startBenchServers } from './bench-servers.ts';
import { type Measurement, median } from './measurement.ts';
import { type LoadResult, postForms } from './post-forms.ts';

const desktops = 500;
const connections = 16;
const poolSize = 10;
const rounds = 7;
const warmUpSeconds = 3;
const seconds = 4;
const leastRatio = 0.7;
const stackId = '01990000-0000-7000-8000-000000000011';
const credentialKey = randomBytes(32).toString('base64');
/** Everything is asked from here, so every desktop is on this host. */
const hostAddress = '127.0.0.1';

interface Candidate {
  name: string;
  url: string;
  forms: string[];
}

/** Questions of DCV servers whose answer is yes, beside a bare route that runs the same SQL. */
export async function benchAuthenticator(): Promise<Measurement[]> {
  const servers = await startBenchServers();
  const owner = new pg.Pool({ connectionString: servers.ownerUrl, max: 2 });
  owner.on('error', () => {});
  try {
    const [own, bare] = await prepare(servers, owner);
    for (const candidate of [own, bare]) await load(candidate, warmUpSeconds);
    await drained(owner);
    const results = { own: [] as LoadResult[], bare: [] as LoadResult[] };
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      results.bare.push(await load(bare, seconds));
      await drained(owner);
      results.own.push(await load(own, seconds));
      await drained(owner);
    }
    return figures(results);
  } finally {
    await owner.end();
    await servers.stop();
  }
}

async function prepare(servers: BenchServers, owner: pg.Pool): Promise<[own: Candidate, bare: Candidate]> {
  const env = { DATABASE_URL: servers.urlFor('token_service'), DATABASE_POOL_SIZE: String(poolSize) };
  // Of the replicas of a service the first publishes the events of all: here those of both candidates, asked by nobody.
  await startTokenService(servers, env);
  const ownUrl = await startTokenService(servers, env);
  const bareUrl = await startBenchProcess(servers, {
    file: 'bench/bare-authenticator.ts',
    readyPath: '/readyz',
    env,
  });
  say(`adding ${desktops} desktops, with a token each`);
  const ids = await addDesktops(owner);
  const tokens: IssuedToken[] = [];
  for (const id of ids) tokens.push(await issueToken(ownUrl, id));
  await owner.query('analyze');
  const formsWith = (text: (token: IssuedToken) => string) =>
    tokens.map((token) =>
      new URLSearchParams({
        sessionId: token.dcvSessionId,
        authenticationToken: text(token),
        clientAddress: '203.0.113.9',
      }).toString(),
    );
  return [
    { name: 'token-service', url: ownUrl, forms: formsWith(({ token }) => token) },
    { name: 'bare', url: bareUrl, forms: formsWith(({ tokenId }) => tokenId) },
  ];
}

function startTokenService(servers: BenchServers, env: Record<string, string>): Promise<string> {
  return startBenchProcess(servers, {
    file: 'services/token-service/src/main.ts',
    readyPath: '/readyz',
    env: {
      ...env,
      NATS_URL: servers.natsUrl,
      PUBLIC_URL: 'http://localhost:8080',
      SERVICE_CREDENTIAL_KEY: credentialKey,
      DCV_TOKEN_SYMMETRIC_KEY: randomBytes(32).toString('base64'),
      // Counted as in production, but never reached.
      AUTHENTICATOR_RATE_PER_MINUTE: '1000000',
    },
  });
}

function load({ url, forms }: Candidate, forSeconds: number): Promise<LoadResult> {
  return postForms({ url, path: '/authenticator', forms, connections, seconds: forSeconds });
}

/** Running ones, all on this host. */
async function addDesktops(owner: pg.Pool): Promise<string[]> {
  await owner.query("insert into api_gateway.users (name, last_seen_at) values ('alice', now())");
  const schedule = { timezone: 'UTC', week: weekOf({ type: 'stop-all-day' }), exceptions: [] };
  const { rows } = await owner.query<{ session_id: string }>(
    `with n as (select uuidv7() as id, number from generate_series(1, $1::int) as number),
     s as (insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib,
         session_type, generation, schedule)
       select id, 'alice', number, 'linux', $2, 'm7i.large', 50, 'default', 1, $3::jsonb from n),
     i as (insert into api_gateway.session_intents (session_id, seq, kind, args, cause)
       select id, 1, 'launch', '{}', 'user:alice' from n)
     insert into session_manager.session_runtime (session_id, state, state_since, applied_seq, desired, desired_cause,
       instance_type, private_ip, updated_at)
     select id, 'running', now(), 1, 'running', 'user:alice', 'm7i.large', $4, now() from n
     returning session_id`,
    [desktops, stackId, JSON.stringify(schedule), hostAddress],
  );
  return rows.map(({ session_id }) => session_id);
}

async function issueToken(url: string, sessionId: string): Promise<IssuedToken> {
  const credential = await signServiceCredential({
    key: credentialKey,
    from: 'api-gateway',
    to: 'token-service',
  });
  const response = await fetch(`${url}/internal/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId, user: 'alice' }),
  });
  if (response.status !== 201) throw new Error(`No token: ${response.status} ${await response.text()}`);
  return (await response.json()) as IssuedToken;
}

/** The events of a round are published before the next, whoever has written them. */
async function drained(owner: pg.Pool): Promise<void> {
  for (;;) {
    const { rowCount } = await owner.query(
      'select from token_service.outbox where published_at is null limit 1',
    );
    if (rowCount === 0) return;
    await pause(100);
  }
}

function figures({ own, bare }: { own: LoadResult[]; bare: LoadResult[] }): Measurement[] {
  const medianOf = (results: LoadResult[], figure: keyof LoadResult) =>
    median(results.map((one) => one[figure]));
  const [measured, reference] = [medianOf(own, 'perSecond'), medianOf(bare, 'perSecond')];
  const latency = (name: string, figure: 'p50' | 'p99'): Measurement => ({
    name: `answer, ${name}`,
    measured: medianOf(own, figure),
    unit: 'ms',
    reference: medianOf(bare, figure),
    target: '–',
    met: true,
  });
  return [
    {
      name: `questions over ${connections} connections`,
      measured,
      unit: '/s',
      reference,
      target: `≥ ${leastRatio} ×`,
      met: measured >= leastRatio * reference,
    },
    latency('p50', 'p50'),
    latency('p99', 'p99'),
  ];
}

function say(sentence: string): void {
  console.log(`authenticator: ${sentence}`);
}
