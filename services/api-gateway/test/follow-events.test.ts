import { connectBus, type LiveReader } from '@deskfleet/messaging';
import { createLogger } from '@deskfleet/runtime';
import { createTestStream, eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEventHistory } from '../src/adapters/events/event-history.ts';
import { feedLiveEvents } from '../src/adapters/events/feed-live-events.ts';
import { createEventFeed, type EventFeed } from '../src/application/event-feed.ts';
import { followEvents } from '../src/application/follow-events.ts';
import type { Principal } from '../src/domain/principal.ts';
import { publishAs } from './publish-event.ts';

const stream = createTestStream();
const logger = createLogger({ service: 'test', level: 'silent' });
const bus = connectBus({
  servers: stream.natsUrl,
  name: 'test',
  stream: { name: stream.streamName, subjectPrefix: stream.subjectPrefix },
  logger,
});
const environment = { NATS_URL: stream.natsUrl, NATS_SUBJECT_PREFIX: stream.subjectPrefix };
const alice: Principal = {
  name: 'alice',
  displayName: null,
  email: null,
  administrator: false,
  expiresAt: 0,
};
const published = 450;
let feed: EventFeed;
let reader: LiveReader;

const publish = (owner = 'alice') =>
  publishAs({ environment }, 'deskfleet.session.running.v1', {
    sessionId: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10',
    owner,
  });

beforeAll(async () => {
  await bus.ensureStream();
  for (let batch = 0; batch < published / 50; batch++) {
    await Promise.all(Array.from({ length: 50 }, () => publish()));
  }
  feed = createEventFeed(20);
  reader = feedLiveEvents({ bus, feed, backlog: 10, logger });
  await eventually(() => feed.position() !== null);
});
afterAll(async () => {
  await reader.stop();
  await bus.close();
});

interface Heard {
  sequences: number[];
  resets: number;
}

function follow(sequence: number | null, onEvent: (heard: Heard) => Promise<void> = async () => {}) {
  const heard: Heard = { sequences: [], resets: 0 };
  const ending = new AbortController();
  const epoch = feed.position()?.epoch ?? '';
  const result = followEvents(
    {
      feed,
      history: createEventHistory(reader.readRange),
      sharedWith: async () => [],
      isDisabled: async () => false,
      now: () => Date.now(),
    },
    {
      principal: alice,
      from: sequence === null ? null : { epoch, sequence },
      signal: ending.signal,
      sink: {
        reached: () => {},
        async event(_event, position) {
          heard.sequences.push(position.sequence);
          await onEvent(heard);
        },
        async reset() {
          heard.resets += 1;
        },
      },
    },
  );
  return { heard, result, end: () => ending.abort() };
}

const upTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('a listener that comes back from far is told all of the stream, in order, and then what is new', async () => {
  const { heard, end, result } = follow(3);
  await eventually(() => heard.sequences.length === published - 3);
  const last = await publish();
  await eventually(() => heard.sequences.at(-1) === last);
  expect(heard).toEqual({ sequences: upTo(4, last), resets: 0 });
  end();
  expect(await result).toBe('ended');
});

test('a listener that takes nothing while many events pass is let go, and has missed nothing up to there', async () => {
  let release = () => {};
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { heard, result } = follow(null, () => blocked);
  const start = feed.position()?.sequence ?? 0;
  await publish();
  await eventually(() => heard.sequences.length === 1);
  let last = 0;
  for (const _ of Array(60)) last = await publish();
  await eventually(() => feed.position()?.sequence === last);
  release();
  expect(await result).toBe('too-slow');
  expect(heard.sequences).toEqual(upTo(start + 1, start + heard.sequences.length));
  const resumed = follow(heard.sequences.at(-1) ?? null);
  await eventually(() => resumed.heard.sequences.at(-1) === last);
  expect([...heard.sequences, ...resumed.heard.sequences]).toEqual(upTo(start + 1, last));
  resumed.end();
});

test('a place that the stream has forgotten is answered with a reset', async () => {
  const { jsm } = await bus.connected(AbortSignal.timeout(5_000));
  await jsm.streams.purge(stream.streamName, { seq: 100 });
  const { heard, end } = follow(50);
  await eventually(() => heard.resets === 1);
  end();
});

test('a stream that is made again is a new epoch: listeners are reset, and go on', async () => {
  const { heard, end } = follow(null);
  const before = feed.position()?.epoch;
  const state = await bus.ensureStream();
  await bus.recreateStream(state.created);
  await eventually(() => heard.resets === 1, { timeoutMs: 20_000 });
  expect(feed.position()?.epoch).not.toBe(before);
  await publish();
  await eventually(() => heard.sequences.length === 1);
  end();
});
