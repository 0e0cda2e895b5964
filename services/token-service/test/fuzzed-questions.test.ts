import { randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultDenialLimits } from '../src/application/denial-budget.ts';
import { anyQuestion, type Question } from './any-question.ts';
import {
  createRecords,
  newKey,
  type Records,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

/**
 * A sample in `npm test`; `npm run test:access` asks a hundred thousand. `ACCESS_QUESTIONS` is how many, `ACCESS_SEED` repeats
 * a run.
 */
const questions = Number(process.env.ACCESS_QUESTIONS ?? 3_000);
const seed = Number(process.env.ACCESS_SEED ?? randomInt(2 ** 31));
const batch = 500;
const atOnce = 16;
/** Counted sources and all else that is bounded are full by then. */
const growthBytes = 30_000_000;

const refusal =
  '<auth result="no"><message>The connection was refused. Get a new one from the portal.</message></auth>';
const paths = { authenticator: '/authenticator', resolver: '/resolveSession' };
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
const hostAddress = '127.0.0.1';
let records: Records;
let service: ServiceUnderTest;

beforeAll(async () => {
  records = await createRecords();
  await records.addUser('alice');
  service = await startService({
    databaseUrl: records.database.urlFor('token_service'),
    keys: [newKey()],
    trustedProxies: ['127.0.0.0/8'],
    // As in production, but for the limits: past them nothing would be read any more.
    mostPerMinute: { authenticator: 1_000_000, resolver: 1_000_000 },
    denialLimits: defaultDenialLimits,
  });
});
afterAll(async () => {
  agent.destroy();
  await service.close();
  await records.drop();
});

test('whatever is asked of authenticator and resolver: no error of ours, no yes, and nothing grows', async () => {
  const sessionIds = [
    await records.addRunningSession({ privateIp: hostAddress }),
    await records.addRunningSession({ os: 'windows', privateIp: hostAddress }),
    await records.addRunningSession({ state: 'stopped', desired: 'stopped' }),
  ];
  const running = sessionIds.slice(0, 2);
  const tokens = await Promise.all(running.map(async (id) => (await service.tokenFor(id)).token));
  const question = anyQuestion({ sessionIds, tokens });
  const statuses = new Map<string, number>();
  const rowsBefore = await rowCounts();
  let heapBefore = 0;
  for (let asked = 0; asked < questions; asked += batch) {
    // What is not bounded grows from the first question on; what is bounded has grown by half.
    if (asked >= questions / 2 && heapBefore === 0) heapBefore = usedHeap();
    const sample = fc.sample(question, { seed: seed + asked, numRuns: Math.min(batch, questions - asked) });
    await askAll(sample, statuses);
  }
  const heapGrowth = usedHeap() - heapBefore;
  const rowsAfter = await rowCounts();
  const summary = {
    seed,
    questions,
    heapGrowth,
    rowsBefore,
    rowsAfter,
    ...Object.fromEntries(statuses),
  };
  process.stdout.write(`Fuzzed questions: ${JSON.stringify(summary)}\n`);

  // The service's clock stands still, so all of it is one minute.
  const budget = defaultDenialLimits.inAll;
  expect(rowsAfter.denials - rowsBefore.denials).toBeLessThanOrEqual(budget);
  expect(rowsAfter.events - rowsBefore.events).toBeLessThanOrEqual(budget);
  expect(rowsAfter.connections).toBe(rowsBefore.connections);
  expect(rowsAfter.tokens).toBe(rowsBefore.tokens);
  expect(heapGrowth).toBeLessThan(growthBytes);
  expect(service.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  const [sessionId = '', authenticationToken = ''] = [sessionIds[0], tokens[0]];
  expect(await service.ask({ sessionId, authenticationToken }, hostAddress)).toMatchObject({ status: 200 });
}, 1_800_000);

async function askAll(sample: Question[], statuses: Map<string, number>): Promise<void> {
  const waiting = [...sample];
  const askOn = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const answer = await ask(next);
      const key = `${next.to} ${answer.status}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
      judge(next, answer);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askOn));
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

/** @throws with the question, which is what one wants to see of a hundred thousand. */
function judge(question: Question, { status, type, body }: Answer): void {
  const known =
    question.to === 'authenticator'
      ? status >= 400 && status < 500 && body === refusal
      : status === 200 || (status >= 400 && status < 500 && type === 'application/problem+json');
  // Of a path that is not ours the service knows nothing but problems.
  const elsewhere = !question.query.startsWith('?') && question.query !== '' && status >= 400 && status < 500;
  if (!known && !elsewhere) {
    expect.fail(
      `${status} ${body} for ${JSON.stringify({ ...question, body: question.body.toString('latin1') })}`,
    );
  }
}

function ask({ to, query, headers, body }: Question): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const posted = request(`${service.url}/`, {
    method: 'POST',
    agent,
    path: paths[to] + wireText(query),
    headers,
  });
  posted.on('error', reject);
  posted.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        type: response.headers['content-type'] ?? '',
        body: text,
      }),
    );
  });
  posted.end(body);
  return promise;
}

/** What no client can put into a request line is escaped; all else stays, however wrong it is. */
function wireText(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^!-~]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

async function rowCounts() {
  const { rows } = await records.owner.query<Record<'denials' | 'events' | 'connections' | 'tokens', number>>(
    `select (select count(*)::int from token_service.denied_connections) as denials,
       (select count(*)::int from token_service.outbox) as events,
       (select count(*)::int from token_service.dcv_connections) as connections,
       (select count(*)::int from token_service.dcv_tokens) as tokens`,
  );
  const [row] = rows;
  if (!row) throw new Error('Postgres counted nothing.');
  return row;
}

/** What is still in use after everything else was thrown away. */
function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
