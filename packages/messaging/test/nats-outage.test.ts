import { eventually } from '@deskfleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Consumer, type LiveEvent, type Relay, startConsumer, startLiveReader } from '../src/index.ts';
import { createFixture, eventType, type Fixture, schema, streamMessages } from './fixture.ts';
import { createNatsServer, type NatsServer } from './nats-server.ts';

let nats: NatsServer;
let fixture: Fixture;
let relay: Relay;
let consumer: Consumer;
const handled: string[] = [];

beforeEach(async () => {
  handled.length = 0;
  nats = await createNatsServer();
  fixture = await createFixture(nats.url);
});

afterEach(async () => {
  await consumer.stop();
  await relay.stop();
  await fixture.close();
  await nats.dispose();
});

function startAll(): void {
  relay = fixture.relay();
  consumer = startConsumer({
    ...fixture,
    schema,
    durable: 'test',
    type: eventType,
    handle: async (event) => {
      handled.push(event.id);
    },
  });
}

const within = { timeoutMs: 20_000 };

it('a service that starts before NATS publishes and consumes as soon as it is there', async () => {
  startAll();
  const id = await fixture.append();
  expect(fixture.bus.status()).toMatchObject({ connected: false });
  await nats.start();
  await eventually(() => expect(handled).toEqual([id]), within);
  expect(fixture.bus.status()).toMatchObject({ connected: true });
});

it('events written while NATS is away are published and handled when it is back, each once', async () => {
  await nats.start();
  startAll();
  const before = await fixture.append();
  await eventually(() => expect(handled).toEqual([before]), within);
  await nats.kill();
  await eventually(() => expect(fixture.bus.status().connected).toBe(false));
  await fixture.appendMany(50);
  expect(await fixture.pending()).toBe(50);
  await nats.start();
  await eventually(() => expect(handled).toHaveLength(51), within);
  await eventually(async () => expect(await fixture.pending()).toBe(0));
  expect(await streamMessages(fixture.bus)).toHaveLength(51);
});

it('a NATS that lost its disk is filled from the outbox; nothing is handled twice', async () => {
  await nats.start();
  startAll();
  await fixture.appendMany(30);
  await eventually(() => expect(handled).toHaveLength(30), within);
  await eventually(async () => expect(await fixture.pending()).toBe(0));
  await nats.kill();
  await nats.wipe();
  await fixture.appendMany(5);
  await nats.start();
  await eventually(() => expect(handled).toHaveLength(35), within);
  await eventually(async () => expect(await streamMessages(fixture.bus)).toHaveLength(35), within);
  expect(new Set(handled).size).toBe(35);
  expect(await fixture.metrics.getSingleMetricAsString('deskfleet_stream_healed_total')).toContain('} 1');
});

it('a live reader misses nothing across an outage, and is told of a stream made again', async () => {
  await nats.start();
  startAll();
  const events: LiveEvent[] = [];
  const resets: string[] = [];
  const reader = startLiveReader({
    ...fixture,
    onEvent: (event) => events.push(event),
    onReset: (epoch) => resets.push(epoch),
  });
  await reader.ready;
  const first = await fixture.append();
  await eventually(() => expect(events.map(({ event }) => event.id)).toEqual([first]), within);
  await nats.kill();
  await fixture.appendMany(10);
  await nats.start();
  await eventually(
    () => expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    within,
  );
  expect(resets).toEqual([]);

  const range = await reader.readRange({ fromSequence: 3, limit: 4 });
  expect(range.events.map(({ sequence }) => sequence)).toEqual([3, 4, 5, 6]);
  expect(range).toMatchObject({ epoch: events[0]?.epoch, nextSequence: 7, lastSequence: 11 });

  await nats.kill();
  await nats.wipe();
  await nats.start();
  await eventually(() => expect(resets).toHaveLength(1), within);
  expect(resets[0]).not.toBe(range.epoch);
  const later = await fixture.append();
  await eventually(
    () => expect(events.at(-1)).toMatchObject({ epoch: resets[0], event: { id: later } }),
    within,
  );
  await reader.stop();
});
