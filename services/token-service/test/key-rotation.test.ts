import type { IssuedToken } from '@deskfleet/contracts';
import { eventually } from '@deskfleet/testkit';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createRecords,
  movableClock,
  newKey,
  type Records,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

const replicaCount = 2;
const clientCount = 8;
/** What every client does at each step of the rotation, at least. */
const connectionsPerStep = 15;

let records: Records;

beforeAll(async () => {
  records = await createRecords();
  await records.addUser('alice');
});
afterAll(() => records.drop());

/** Replicas behind something that sends every question to any of them, as a load balancer does. */
class Replicas {
  readonly #live: ServiceUnderTest[] = [];
  readonly #asked = new Map<ServiceUnderTest, number>();
  readonly #start: (keys: string[]) => Promise<ServiceUnderTest>;

  constructor(start: (keys: string[]) => Promise<ServiceUnderTest>) {
    this.#start = start;
  }

  async use<Result>(work: (replica: ServiceUnderTest) => Promise<Result>): Promise<Result> {
    const replica = this.#live[Math.floor(Math.random() * this.#live.length)];
    if (!replica) throw new Error('No replica is up.');
    this.#asked.set(replica, (this.#asked.get(replica) ?? 0) + 1);
    try {
      return await work(replica);
    } finally {
      this.#asked.set(replica, (this.#asked.get(replica) ?? 0) - 1);
    }
  }

  /** Replaces one after the other; so for a while replicas with different lists are up. */
  async roll(keys: string[], between: () => Promise<unknown>): Promise<void> {
    for (let turn = 0; turn < replicaCount; turn++) {
      this.#live.push(await this.#start(keys));
      if (this.#live.length > replicaCount) await this.#retire(this.#live.shift());
      await between();
    }
  }

  async close(): Promise<void> {
    while (this.#live.length > 0) await this.#retire(this.#live.shift());
  }

  async #retire(replica: ServiceUnderTest | undefined): Promise<void> {
    await eventually(() => replica && this.#asked.get(replica) === 0);
    await replica?.close();
  }
}

test('a key is replaced while people connect and reconnect: not one of them is refused', async () => {
  const [old, next] = [newKey(), newKey()];
  const clock = movableClock();
  const databaseUrl = records.database.urlFor('token_service');
  const replicas = new Replicas((keys) => startService({ databaseUrl, keys, clock }));
  const answers: number[] = [];
  const keysSeen = new Set<string>();
  /** While it is set, nobody asks: time may jump. */
  let paused: Promise<void> | null = null;
  let asking = 0;
  let over = false;

  async function connect(token: IssuedToken, hostAddress: string, sessionId: string): Promise<void> {
    const fields = { sessionId, authenticationToken: token.token };
    answers.push((await replicas.use((replica) => replica.ask(fields, hostAddress))).status);
  }

  async function runClient(at: number): Promise<void> {
    const hostAddress = `127.0.15.${at + 1}`;
    const sessionId = await records.addRunningSession({ privateIp: hostAddress });
    const held: IssuedToken[] = [];
    while (!over) {
      await paused;
      asking += 1;
      const token = await replicas.use((replica) => replica.tokenFor(sessionId));
      keysSeen.add(keyIdOf(token));
      held.push(token);
      // The new one at once, and one of those from before, however old: a laptop that wakes up.
      await connect(token, hostAddress, sessionId);
      const good = held.filter(({ expiresAt }) => DateTime.fromISO(expiresAt) > clock.now());
      const earlier = good[Math.floor(Math.random() * good.length)];
      if (earlier) await connect(earlier, hostAddress, sessionId);
      asking -= 1;
    }
  }

  const enough = () => {
    const goal = answers.length + connectionsPerStep * clientCount;
    return eventually(() => answers.length >= goal, { timeoutMs: 20_000 });
  };
  const hoursPass = async (hours: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    paused = promise;
    await eventually(() => asking === 0);
    clock.advance({ hours });
    paused = null;
    resolve();
    await enough();
  };

  await replicas.roll([old], async () => {});
  const clients = Promise.all(Array.from({ length: clientCount }, (_, at) => runClient(at)));
  try {
    await enough();
    await replicas.roll([old, next], enough);
    await replicas.roll([next, old], enough);
    // Half of their life: tokens of both keys are in use. Then the rest: those of the old key are past theirs.
    await hoursPass(7);
    await hoursPass(6);
    await replicas.roll([next], enough);
  } finally {
    over = true;
    await clients;
    await replicas.close();
  }
  expect(keysSeen.size).toBe(2);
  expect(answers.filter((status) => status !== 200)).toEqual([]);
  expect(answers.length).toBeGreaterThanOrEqual(9 * connectionsPerStep * clientCount);
}, 120_000);

/** The `kid` of its header. */
function keyIdOf({ token }: IssuedToken): string {
  const [header = ''] = token.split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { kid: string };
  return kid;
}
