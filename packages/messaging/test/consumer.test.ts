import { randomUUID } from 'node:crypto';
import type { DeskfleetEvent } from '@deskfleet/contracts';
import type { DatabaseTransaction } from '@deskfleet/database';
import { eventually } from '@deskfleet/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Consumer,
  type ConsumerOptions,
  type Relay,
  replayDeadLetter,
  startConsumer,
} from '../src/index.ts';
import { createFixture, eventType, type Fixture, schema } from './fixture.ts';

type Event = DeskfleetEvent<typeof eventType>;

let fixture: Fixture;
let relay: Relay;
const consumers: Consumer[] = [];

beforeEach(async () => {
  fixture = await createFixture();
  await fixture.owner.query(`
    create table ${schema}.effects (event_id uuid, owner text);
    grant all on ${schema}.effects to public`);
  relay = fixture.relay();
});

afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  await relay.stop();
  await fixture.close();
});

/** An effect that shows how often it happened. */
async function recordEffect(event: Event, trx: DatabaseTransaction): Promise<void> {
  await trx
    .insertInto(`${schema}.effects` as never)
    .values({ event_id: event.id, owner: event.data.owner } as never)
    .execute();
}

function consume(options: Partial<ConsumerOptions<typeof eventType>> = {}): Consumer {
  const consumer = startConsumer({
    ...fixture,
    schema,
    durable: 'test-start-requested',
    type: eventType,
    handle: recordEffect,
    ...options,
  });
  consumers.push(consumer);
  return consumer;
}

const query = async (text: string) => (await fixture.owner.query(text)).rows;
const effects = async () =>
  (await query(`select event_id from ${schema}.effects`)).map((row) => row.event_id);
const deadLetters = () => query(`select * from ${schema}.dead_letters`);

/** What the server says of the consumer: nothing left to do means that everything was acknowledged. */
async function unacknowledged(): Promise<number> {
  const { jsm } = await fixture.bus.connected(AbortSignal.timeout(5_000));
  const info = await jsm.consumers.info(fixture.bus.streamName, 'test-start-requested');
  return info.num_ack_pending + info.num_pending;
}

async function publish(payload: string): Promise<void> {
  const { js } = await fixture.bus.connected(AbortSignal.timeout(5_000));
  await fixture.bus.ensureStream();
  await js.publish(`${fixture.bus.subjectPrefix}.session.start-requested.${randomUUID()}`, payload);
}

async function storedEvent(id: string): Promise<string> {
  return (await query(`select event from ${schema}.outbox where id = '${id}'`))[0].event;
}

describe('a consumer', () => {
  it('handles an event once although it is delivered twice', async () => {
    consume();
    const id = await fixture.append();
    await publish(await storedEvent(id));
    const last = await fixture.append();
    await eventually(async () => expect(await effects()).toContain(last));
    await eventually(async () => expect(await unacknowledged()).toBe(0));
    expect((await effects()).toSorted()).toEqual([id, last].toSorted());
  });

  it('shares the work with its replicas', async () => {
    consume();
    consume();
    await fixture.appendMany(200);
    await eventually(async () => expect(await effects()).toHaveLength(200));
    expect(new Set(await effects()).size).toBe(200);
  });

  it('does nothing of an event whose handler fails, and handles it at a later attempt', async () => {
    let calls = 0;
    consume({
      handle: async (event, trx) => {
        await recordEffect(event, trx);
        calls += 1;
        if (calls < 3) throw new Error('not yet');
      },
    });
    const id = await fixture.append();
    await eventually(async () => expect(await effects()).toEqual([id]));
    expect(await query(`select attempts from ${schema}.inbox`)).toEqual([{ attempts: 3 }]);
    expect(await deadLetters()).toEqual([]);
  });

  it('gives up on an event after maxAttempts, keeps it with the error, and goes on with the others', async () => {
    consume({
      maxAttempts: 3,
      handle: async (event, trx) => {
        if (event.data.owner === 'mallory') throw new Error('cannot be done');
        await recordEffect(event, trx);
      },
    });
    const poison = await fixture.append('mallory');
    const good = await fixture.append();
    await eventually(async () => expect(await effects()).toEqual([good]));
    const letters = await eventually(async () => {
      const found = await deadLetters();
      return found.length === 1 && found;
    });
    expect(letters[0]).toMatchObject({ consumer: 'test-start-requested', event_id: poison, attempts: 3 });
    expect(letters[0].error).toContain('cannot be done');
    expect(letters[0].payload).toBe(await storedEvent(poison));
    await eventually(async () => expect(await unacknowledged()).toBe(0));
    expect(await fixture.metrics.getSingleMetricAsString('deskfleet_dead_letters_total')).toContain(' 1');
  });

  it.each([
    ['no JSON', 'not json'],
    ['no event', JSON.stringify({ hello: 'world' })],
    [
      'an event with wrong data',
      JSON.stringify({ specversion: '1.0', id: randomUUID(), type: eventType, data: {} }),
    ],
    ['a NUL', JSON.stringify('\u0000')],
  ])('keeps a message that is %s as a dead letter at once', async (_name, payload) => {
    consume();
    await publish(payload);
    const good = await fixture.append();
    await eventually(async () => expect(await deadLetters()).toHaveLength(1));
    await eventually(async () => expect(await effects()).toEqual([good]));
    await eventually(async () => expect(await unacknowledged()).toBe(0));
  });

  it('ignores fields that it does not know', async () => {
    consume();
    const id = randomUUID();
    const event = JSON.parse(await storedEvent(await fixture.append()));
    await publish(JSON.stringify({ ...event, id, new: 1, data: { ...event.data, alsoNew: true } }));
    await eventually(async () => expect(await effects()).toContain(id));
  });

  it('counts attempts of a process that died of the event', async () => {
    const id = await fixture.append();
    await query(
      `insert into ${schema}.inbox (consumer, event_id, attempts) values ('test-start-requested', '${id}', 10)`,
    );
    consume();
    await eventually(async () => expect(await deadLetters()).toHaveLength(1));
    expect(await effects()).toEqual([]);
  });

  it('does not count a failure of Postgres as an attempt', async () => {
    let failures = 0;
    consume({
      maxAttempts: 2,
      handle: async (event, trx) => {
        await recordEffect(event, trx);
        if (failures >= 4) return;
        failures += 1;
        // Cuts this very connection: as when Postgres restarts under the transaction.
        await query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and state like 'idle in transaction%'`,
        );
      },
    });
    const id = await fixture.append();
    await eventually(async () => expect(await effects()).toEqual([id]));
    expect(failures).toBe(4);
    expect(await query(`select attempts from ${schema}.inbox`)).toEqual([{ attempts: 1 }]);
    expect(await deadLetters()).toEqual([]);
  });

  it('is made again when it, or the whole stream, was deleted', async () => {
    consume();
    await fixture.append();
    await eventually(async () => expect(await effects()).toHaveLength(1));
    const { jsm } = await fixture.bus.connected(AbortSignal.timeout(5_000));
    await jsm.consumers.delete(fixture.bus.streamName, 'test-start-requested');
    await fixture.append();
    await eventually(async () => expect(await effects()).toHaveLength(2));
    await jsm.streams.delete(fixture.bus.streamName);
    await fixture.append();
    await eventually(async () => expect(await effects()).toHaveLength(3), { timeoutMs: 20_000 });
  });

  it('finishes what is under way before it stops', async () => {
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    const consumer = consume({
      handle: async (event, trx) => {
        entered.resolve();
        await leave.promise;
        await recordEffect(event, trx);
      },
    });
    const id = await fixture.append();
    await entered.promise;
    const stopped = consumer.stop();
    leave.resolve();
    await stopped;
    expect(await effects()).toEqual([id]);
  });
});

describe('a dead letter', () => {
  async function makeDeadLetter(handle: ConsumerOptions<typeof eventType>['handle']): Promise<Consumer> {
    const consumer = consume({ maxAttempts: 1, handle });
    await fixture.append();
    await eventually(async () => expect(await deadLetters()).toHaveLength(1));
    return consumer;
  }

  it('is handled once by a replay, and not by a second one', async () => {
    let broken = true;
    const consumer = await makeDeadLetter(async (event, trx) => {
      if (broken) throw new Error('broken');
      await recordEffect(event, trx);
    });
    const [letter] = await deadLetters();
    const replay = () => replayDeadLetter({ db: fixture.db, schema, id: letter.id, consumers: [consumer] });
    expect(await replay()).toEqual({ kind: 'failed', error: 'broken' });
    broken = false;
    expect((await Promise.all([replay(), replay()])).map(({ kind }) => kind).toSorted()).toEqual([
      'already-replayed',
      'replayed',
    ]);
    expect(await effects()).toEqual([letter.event_id]);
  });

  it('of a consumer that is gone, or of no known id, cannot be replayed', async () => {
    await makeDeadLetter(async () => {
      throw new Error('broken');
    });
    const [letter] = await deadLetters();
    const options = { db: fixture.db, schema, consumers: [] } as const;
    expect(await replayDeadLetter({ ...options, id: letter.id })).toMatchObject({ kind: 'no-consumer' });
    expect(await replayDeadLetter({ ...options, id: randomUUID() })).toEqual({ kind: 'not-found' });
  });
});
