import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@deskfleet/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFixture, type Fixture, streamMessages } from './fixture.ts';

let fixture: Fixture;
let directory: string;

beforeEach(async () => {
  fixture = await createFixture();
  directory = await mkdtemp(path.join(tmpdir(), 'deskfleet-failpoints-'));
});

afterEach(async () => {
  await fixture.close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts a relay as a process of its own, which dies at the failpoint. */
async function crashRelayAt(failpointName: string): Promise<NodeJS.Signals> {
  const child = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'crashing-relay.ts'),
      fixture.databaseUrl,
      fixture.natsUrl,
      fixture.bus.streamName,
      fixture.bus.subjectPrefix,
      failpointName,
      directory,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const [, signal] = await once(child, 'exit');
  return signal;
}

it.each(['messaging.relay.before-publish', 'messaging.relay.after-publish', 'messaging.relay.after-mark'])(
  'every event is in the stream exactly once when a relay is killed at %s',
  async (failpointName) => {
    await fixture.appendMany(1_200);
    expect(await crashRelayAt(failpointName)).toBe('SIGKILL');
    expect(await readdir(directory)).toEqual([failpointName]);
    const relay = fixture.relay();
    await eventually(async () => expect(await fixture.pending()).toBe(0));
    const ids = (await streamMessages(fixture.bus)).map((message) => message.header.get('Nats-Msg-Id'));
    expect(ids).toHaveLength(1_200);
    expect(new Set(ids).size).toBe(1_200);
    await relay.stop();
  },
);
