import { once } from 'node:events';
import { eventually } from '@deskfleet/testkit';
import { connect } from '@nats-io/transport-node';
import { CloudEvent, HTTP } from 'cloudevents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectBus, InvalidEventError, type Relay, startRelay } from '../src/index.ts';
import { createFixture, eventType, type Fixture, newEvent, schema, streamMessages } from './fixture.ts';
import { createNatsServer } from './nats-server.ts';

let fixture: Fixture;
const relays: Relay[] = [];

beforeEach(async () => {
  fixture = await createFixture();
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await fixture.close();
});

function startOne(): Relay {
  const relay = fixture.relay();
  relays.push(relay);
  return relay;
}

const publishedIds = async () =>
  (await streamMessages(fixture.bus)).map((message) => message.header.get('Nats-Msg-Id'));

describe('an event in the outbox', () => {
  it('is published if its transaction commits, and not if it rolls back', async () => {
    const rolledBack = fixture.db.transaction().execute(async (trx) => {
      await fixture.writer.append(trx, eventType, newEvent('mallory'));
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    const id = await fixture.append();
    startOne();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    expect(await publishedIds()).toEqual([id]);
  });

  it('is refused at once when its data does not fit the schema of its type', async () => {
    const wrong = {
      ...newEvent('alice'),
      data: { sessionId: 'no-uuid', owner: 'alice', generation: 0, cause: 'x' },
    };
    await expect(
      fixture.db.transaction().execute((trx) => fixture.writer.append(trx, eventType, wrong)),
    ).rejects.toThrow(InvalidEventError);
    expect(await fixture.pending()).toBe(0);
  });

  it('reaches a plain NATS subscriber as a CloudEvent that the CNCF SDK parses', async () => {
    const nc = await connect({ servers: fixture.natsUrl });
    const subscription = nc.subscribe(`${fixture.bus.subjectPrefix}.session.start-requested.*`, { max: 1 });
    await nc.flush();
    startOne();
    const id = await fixture.db
      .transaction()
      .execute((trx) =>
        fixture.writer.append(trx, eventType, { ...newEvent('alice'), correlationId: 'request-1' }),
      );
    for await (const message of subscription) {
      const event = HTTP.toEvent({
        headers: { 'content-type': message.headers?.get('Content-Type') ?? '' },
        body: message.string(),
      }) as CloudEvent<{ owner: string; sessionId: string }>;
      expect(new CloudEvent(event).validate()).toBe(true);
      expect(event).toMatchObject({
        id,
        type: eventType,
        source: '/deskfleet/session-manager',
        correlationid: 'request-1',
      });
      expect(event.dataschema).toBe('http://localhost:8080/schemas/session.start-requested.v1.json');
      expect(event.data?.owner).toBe('alice');
      expect(message.subject).toBe(`${fixture.bus.subjectPrefix}.session.start-requested.${event.subject}`);
    }
    await nc.close();
  });
});

describe('the relay', () => {
  it('is woken by the commit, not by its timer', async () => {
    startOne();
    await fixture.append();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    const started = performance.now();
    for (let i = 0; i < 5; i++) {
      await fixture.append();
      await eventually(async () => expect(await fixture.pending()).toBe(0), { intervalMs: 2 });
    }
    // Five times the poll interval, if a commit did not wake it.
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('publishes every row once when two of them share an outbox', async () => {
    await fixture.appendMany(3_000);
    startOne();
    startOne();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    const ids = await publishedIds();
    expect(ids).toHaveLength(3_000);
    expect(new Set(ids).size).toBe(3_000);
  });

  it('publishes again what was not marked, and the stream recognises it', async () => {
    await fixture.appendMany(20);
    const first = startOne();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    await first.stop();
    // As after a crash between the acknowledgement and the mark.
    await fixture.owner.query(`update ${schema}.outbox set published_at = null`);
    startOne();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    expect(await publishedIds()).toHaveLength(20);
  });

  it('is followed by another replica when its process is gone', async () => {
    const first = startOne();
    await fixture.append();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    startOne();
    await first.stop();
    await fixture.append();
    await eventually(async () => expect(await fixture.pending()).toBe(0), { timeoutMs: 3_000 });
  });

  it('does not keep the outbox when it loses NATS while another replica has it', async () => {
    const nats = await createNatsServer();
    await nats.start();
    const cutOff = connectBus({ servers: nats.url, name: 'test', logger: fixture.logger });
    const first = startRelay({ ...fixture, schema, bus: cutOff });
    await fixture.append();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    await nats.kill();
    startOne();
    await fixture.append();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    await first.stop();
    await cutOff.close();
    await nats.dispose();
  });

  it('goes on after its connection to Postgres was cut', async () => {
    startOne();
    await fixture.append();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    const cut = await fixture.owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = '${schema} outbox relay' and datname = current_database()`,
    );
    expect(cut.rowCount).toBe(1);
    await fixture.append();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
  });

  it('holds no transaction open, also while NATS cannot be reached', async () => {
    await fixture.appendMany(5);
    const away = connectBus({ servers: 'nats://127.0.0.1:9', name: 'test', logger: fixture.logger });
    const relay = startRelay({ ...fixture, schema, bus: away });
    startOne();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    const open = await fixture.owner.query(
      `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and state like 'idle in transaction%'`,
    );
    expect(open.rows[0].n).toBe(0);
    expect(away.status().connected).toBe(false);
    await relay.stop();
    await away.close();
  });
});

it('a stream that was deleted is made again and filled from the outbox', async () => {
  startOne();
  await fixture.appendMany(10);
  await eventually(async () => expect(await fixture.pending()).toBe(0));
  const before = await publishedIds();
  const { jsm } = await fixture.bus.connected(AbortSignal.timeout(5_000));
  await jsm.streams.delete(fixture.bus.streamName);
  const last = await fixture.append();
  await eventually(async () =>
    expect((await publishedIds()).toSorted()).toEqual([...before, last].toSorted()),
  );
});

it('a stream that lost acknowledged messages is noticed even when another service has used their sequences', async () => {
  const relay = startOne();
  await fixture.appendMany(10);
  await eventually(async () => expect(await fixture.pending()).toBe(0));
  await relay.stop();
  const before = await publishedIds();
  const { js, jsm } = await fixture.bus.connected(AbortSignal.timeout(5_000));
  const { created } = await fixture.bus.ensureStream();
  // A stream of the same age with the same number of messages, all of somebody else.
  await jsm.streams.delete(fixture.bus.streamName);
  await fixture.bus.ensureStream();
  for (let i = 0; i < 10; i++) {
    await js.publish(`${fixture.bus.subjectPrefix}.other`, 'x', { msgID: crypto.randomUUID() });
  }
  const now = await fixture.bus.ensureStream();
  expect(now.created).not.toBe(created);
  await fixture.owner.query(`update ${schema}.relay_state set stream_created = $1`, [now.created]);
  startOne();
  await eventually(async () => expect((await publishedIds()).toSorted()).toEqual(before.toSorted()));
});

it('stopping while NATS is away ends at once', async () => {
  const away = connectBus({ servers: 'nats://127.0.0.1:9', name: 'test', logger: fixture.logger });
  const relay = startRelay({ ...fixture, schema, bus: away });
  const timeout = once(AbortSignal.timeout(3_000), 'abort').then(() => 'too slow');
  const stopped = relay
    .stop()
    .then(() => away.close())
    .then(() => 'stopped');
  expect(await Promise.race([stopped, timeout])).toBe('stopped');
});
