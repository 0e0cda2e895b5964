import { rm } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, RunningSystem } from './running-system.ts';

let system: RunningSystem;
let alice: ApiUser;
let launches = 0;

beforeAll(async () => {
  system = await RunningSystem.start({ DCV_LINUX_SESSION_COUNT: '100' });
  alice = await system.as('alice');
}, 90_000);

afterAll(() => system?.remove());

describe('kill -9 during a launch', () => {
  test.each(['api-gateway', 'session-manager', 'token-service', 'nats', 'postgres'])(
    'of %s at any moment: the session still becomes running, with exactly one instance',
    async (victim) => {
      // Moments spread over the launch: at its request, and when each later state is first seen.
      for (const moment of momentsOf(victim)) {
        const { id } = await alice.launch(`victim ${victim} ${launches++}`);
        if (moment !== 'requested') await Promise.race([passes(id, moment), alice.reaches(id, 'running')]);
        system.embedded.kill(victim, 'SIGKILL');
        await system.embedded.ready(victim);
        await alice.reaches(id, 'running', 60_000);
        const instances = await system.instancesOf(id);
        expect(instances.map(({ state }) => state)).toEqual(['running']);
        await alice.ask(id, 'terminate');
        await alice.reaches(id, 'terminated', 60_000);
      }
    },
    180_000,
  );
});

/** Whose calls a launch is made of dies in each of its states, the others at its request and while it boots. */
function momentsOf(victim: string): readonly ('requested' | 'provisioning' | 'starting')[] {
  return victim === 'session-manager' ? ['requested', 'provisioning', 'starting'] : ['requested', 'starting'];
}

/** Resolves when the session has left the states before this one. */
function passes(id: string, state: 'provisioning' | 'starting'): Promise<unknown> {
  const before = state === 'provisioning' ? ['requested'] : ['requested', 'provisioning'];
  return eventually(async () => !before.includes((await alice.session(id)).state), {
    timeoutMs: 30_000,
    intervalMs: 20,
  });
}

describe('NATS loses its disk', () => {
  test('no accepted request is lost, and every event is in the new stream', async () => {
    const first = await alice.launch('before the loss');
    await alice.reaches(first.id, 'running');
    const before = await eventIds();

    await rm(path.join(system.dataDir, 'nats'), { recursive: true });
    system.embedded.kill('nats', 'SIGKILL');
    const second = await alice.launch('during the loss');
    await alice.reaches(second.id, 'running', 60_000);
    await system.embedded.ready('nats');

    await eventually(async () => expect(await eventIds()).toEqual(expect.arrayContaining(before)), {
      timeoutMs: 30_000,
    });
    for (const { id } of [first, second]) await alice.ask(id, 'terminate');
    for (const { id } of [first, second]) await alice.reaches(id, 'terminated', 60_000);
    const types = (await system.events())
      .filter(({ subject }) => subject === second.id)
      .map(({ type }) => type);
    expect(types).toContain('deskfleet.session.running.v1');
  }, 180_000);
});

async function eventIds(): Promise<string[]> {
  return (await system.events()).map(({ id }) => id);
}
