import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Fleet } from './fleet.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterEach(async () => {
  await fleet.sim('DELETE', '/faults');
  await fleet.sim('PATCH', '/faults', { latencyMs: 0 });
});
afterAll(() => fleet?.close());

const running = () => fleet.running(`race ${names++}`);
const look = () => fleet.manager.reconciler.pass({ everything: true, allIntents: true });

/** Lets an intent be applied while the calls that a pass has set off wait for AWS's answer. */
async function meanwhile(intend: () => Promise<void>): Promise<void> {
  await fleet.sim('PATCH', '/faults', { latencyMs: 400 });
  await look();
  await intend();
  await look();
  await fleet.manager.reconciler.settled();
  await fleet.sim('PATCH', '/faults', { latencyMs: 0 });
}

async function passes(count: number, secondsApart: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    fleet.advance(secondsApart);
    await fleet.pass();
  }
}

describe('an intent that comes while a call is under way', () => {
  test('a termination during a start that AWS refuses is not forgotten', async () => {
    const id = await running();
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await fleet.sim('POST', '/faults/errors', { api: 'StartInstances', code: 'UnauthorizedOperation' });
    await fleet.intend(id, 'start');
    await meanwhile(() => fleet.intend(id, 'terminate'));
    await fleet.reaches(id, 'terminated');
    expect(await fleet.states(id)).toEqual(['terminated']);
  });

  test('a retry during the stop of a desktop that was in error for too long wins', async () => {
    const id = await fleet.request(`race ${names++}`);
    const { instance_id } = await fleet.reaches(id, 'provisioning');
    await fleet.sim('PATCH', `/instances/${instance_id}`, { dcv: 'never-ready' });
    await fleet.reaches(id, 'error', { secondsApart: 300 });
    fleet.advance(4 * 3600 + 1);
    await meanwhile(() => fleet.intend(id, 'start'));
    await fleet.sim('PATCH', `/instances/${instance_id}`, { dcv: 'ok' });
    await fleet.reaches(id, 'running');
    expect(await fleet.status(id)).toMatchObject({ desired: 'running' });
    expect(await fleet.states(id)).toEqual(['running']);
  });

  test('a start during a stop whose answer is lost wins, and nobody else is blamed', async () => {
    const id = await running();
    fleet.advance(120);
    await fleet.sim('POST', '/faults/lost-responses', { api: 'StopInstances' });
    await fleet.intend(id, 'stop');
    await meanwhile(() => fleet.intend(id, 'start'));
    await passes(30, 10);
    expect(await fleet.status(id)).toMatchObject({ state: 'running', desired: 'running' });
    expect(await fleet.states(id)).toEqual(['running']);
    expect((await fleet.history(id)).join()).not.toContain('external');
  });
});

describe('a stop that changed nothing', () => {
  test('does not make the next start at the console ours to undo', async () => {
    const id = await running();
    const { instance_id } = await fleet.status(id);
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await fleet.sim('POST', '/faults/errors', {
      api: 'StartInstances',
      code: 'InsufficientInstanceCapacity',
    });
    await fleet.intend(id, 'start');
    await fleet.pass();
    await fleet.intend(id, 'stop');
    await passes(3, 120);
    await fleet.sim('DELETE', '/faults');
    await fleet.sim('POST', `/instances/${instance_id}/start`);
    await fleet.reaches(id, 'running');
    expect(await fleet.status(id)).toMatchObject({ desired: 'running' });
  });
});

describe('a session whose lock another process does not let go', () => {
  test('does not keep the others waiting', async () => {
    const held = await running();
    const lock = `pg_advisory_lock(hashtextextended('session:' || $1, 0))`;
    await fleet.tamper(`select ${lock}`, [held]);
    await fleet.intend(held, 'stop');
    const other = await fleet.request(`race ${names++}`);
    await fleet.pass();
    expect(await fleet.status(other)).toMatchObject({ state: 'provisioning' });
    await fleet.tamper(`select ${lock.replace('lock', 'unlock')}`, [held]);
    await fleet.reaches(held, 'stopped');
  }, 60_000);
});

describe('a late answer about a launch attempt that is closed', () => {
  test('launches nothing that the session keeps, and leaves the open attempt alone', async () => {
    const id = await fleet.request(`race ${names++}`);
    await fleet.sim('PATCH', '/faults', { latencyMs: 400 });
    await look();
    await vi.waitUntil(async () => (await fleet.attempts(id)).length > 0);
    // What another replica does when the same request is refused to it, and goes on in another zone.
    await fleet.tamper(`update session_manager.launch_attempts set state = 'refused' where session_id = $1`, [
      id,
    ]);
    await fleet.tamper(
      `insert into session_manager.launch_attempts (id, session_id, number, client_token, request, state, opened_at)
       select gen_random_uuid(), session_id, 2, 'other-token', request, 'open', opened_at
       from session_manager.launch_attempts where session_id = $1`,
      [id],
    );
    await fleet.manager.reconciler.settled();
    await fleet.sim('PATCH', '/faults', { latencyMs: 0 });
    await fleet.reaches(id, 'running');
    await passes(2, 60);
    expect((await fleet.states(id)).sort()).toEqual(['running', 'terminated']);
    expect(await fleet.attempts(id)).toEqual(['refused', 'accepted']);
  });
});
