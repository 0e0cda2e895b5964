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
      for (const moment of ['requested', 'provisioning', 'starting'] as const) {
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

/** Resolves when the session has left the states before this one. */
async function passes(id: string, state: 'provisioning' | 'starting'): Promise<void> {
  const before = state === 'provisioning' ? ['requested'] : ['requested', 'provisioning'];
  for (;;) {
    const session = await alice.session(id).catch(() => null);
    if (session && !before.includes(session.state)) return;
  }
}
