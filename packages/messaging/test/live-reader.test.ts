import { eventually } from '@deskfleet/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LiveEvent, type LiveReader, type Relay, startLiveReader } from '../src/index.ts';
import { createFixture, type Fixture } from './fixture.ts';

let fixture: Fixture;
let relay: Relay;
let reader: LiveReader;
const events: LiveEvent[] = [];

beforeAll(async () => {
  fixture = await createFixture();
  relay = fixture.relay();
});

afterAll(async () => {
  await relay.stop();
  await fixture.close();
});

afterEach(async () => {
  await reader.stop();
  events.length = 0;
});

async function read(): Promise<void> {
  reader = startLiveReader({ ...fixture, onEvent: (event) => events.push(event), onReset: () => {} });
  await reader.ready;
}

describe('a live reader', () => {
  it('tells the events since its start, in order, and where it stands', async () => {
    await fixture.appendMany(3);
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    await read();
    const { sequence: start = 0, epoch } = reader.position() ?? {};
    await fixture.appendMany(20);
    await eventually(() => expect(events).toHaveLength(20));
    expect(events.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 20 }, (_, i) => start + 1 + i),
    );
    expect(reader.position()).toEqual({ epoch, sequence: start + 20 });
    expect(epoch).toMatch(/^\d+$/);
  });

  it('passes over messages that are no events', async () => {
    await read();
    const { js } = await fixture.bus.connected(AbortSignal.timeout(5_000));
    await js.publish(`${fixture.bus.subjectPrefix}.stray`, 'not an event');
    const id = await fixture.append();
    await eventually(() => expect(events.map(({ event }) => event.id)).toEqual([id]));
  });

  it('reads older events up to the end of the stream, also when some were deleted', async () => {
    await read();
    await fixture.appendMany(10);
    await eventually(() => expect(events).toHaveLength(10));
    const first = events[0]?.sequence ?? 0;
    const { jsm } = await fixture.bus.connected(AbortSignal.timeout(5_000));
    await jsm.streams.deleteMessage(fixture.bus.streamName, first + 9);
    await jsm.streams.deleteMessage(fixture.bus.streamName, first + 4);
    const started = performance.now();
    const range = await reader.readRange({ fromSequence: first, limit: 100 });
    expect(range.events.map(({ sequence }) => sequence - first)).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect((await reader.readRange({ fromSequence: first + 50, limit: 10 })).events).toEqual([]);
  });
});
