import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterAll(() => fleet?.close());

describe('a desktop’s life', () => {
  test.each(['linux', 'windows'] as const)('on %s is told step by step', async (os) => {
    const id = await fleet.running(`life on ${os}`, { os });
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    await fleet.intend(id, 'terminate');
    await fleet.reaches(id, 'terminated');
    const up = ['provisioning', 'starting', 'running'];
    const told = [...up, 'stopping', 'stopped', ...up, 'terminating', 'terminated'];
    expect(await fleet.history(id)).toEqual(['requested', ...told]);
    expect(await fleet.eventTypes(id)).toEqual(told);
    expect(await fleet.states(id)).toEqual(['terminated']);
  });

  test('access that was given before a stop is void after it', async () => {
    const id = await fleet.running('epochs');
    const before = (await fleet.status(id)).access_epoch;
    await fleet.intend(id, 'stop');
    await fleet.pass();
    expect((await fleet.status(id)).access_epoch).toBeGreaterThan(before);
  });
});

describe('intents that come early or cross each other', () => {
  test('stop while provisioning is kept, and done when EC2 allows it', async () => {
    const id = await fleet.request('early stop');
    await fleet.reaches(id, 'provisioning');
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    expect(await fleet.states(id)).toEqual(['stopped']);
  });

  test('terminate before the launch leaves nothing behind', async () => {
    const id = await fleet.request('never mind');
    await fleet.intend(id, 'terminate');
    await fleet.reaches(id, 'terminated');
    expect(await fleet.states(id)).toEqual([]);
  });

  test('a start during stopping wins: the desktop stops, and starts again', async () => {
    const id = await fleet.running('changed mind');
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopping');
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    expect((await fleet.history(id)).slice(-5)).toEqual([
      'stopping',
      'stopped',
      'provisioning',
      'starting',
      'running',
    ]);
  });

  test('a stop and a start that come together change nothing', async () => {
    const id = await fleet.running('undecided');
    await fleet.intend(id, 'stop');
    await fleet.intend(id, 'start');
    await fleet.pass();
    await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({ state: 'running', desired: 'running', applied_seq: 3 });
    expect(await fleet.states(id)).toEqual(['running']);
  });

  test('an intent that lost its race is told to the owner', async () => {
    const id = await fleet.running('twice stopped');
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await fleet.intend(id, 'stop');
    await fleet.pass();
    expect(await fleet.eventTypes(id)).toContain('command-rejected');
  });
});

describe('calls', () => {
  test('desktops that are to stop together are stopped by one call, and looked at by one', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, (_, i) => fleet.request(`crowd ${i}`)));
    for (const id of ids) await fleet.reaches(id, 'running');
    await fleet.sim('DELETE', '/calls');
    for (const id of ids) await fleet.intend(id, 'stop');
    await fleet.pass();
    const calls = await fleet.callCounts();
    expect(calls.StopInstances?.calls).toBe(1);
    expect(calls.DescribeInstances?.calls).toBe(1);
    for (const id of ids) expect(await fleet.status(id)).toMatchObject({ state: 'stopping' });
  });

  test('two replicas that both act launch each desktop once', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, (_, i) => fleet.request(`contended ${i}`)));
    const other = fleet.replica();
    const both = [fleet.manager, other];
    for (let i = 0; i < 40; i++) {
      await Promise.all(
        both.map(({ reconciler }) => reconciler.pass({ everything: true, allIntents: true })),
      );
      await Promise.all(both.map(({ reconciler }) => reconciler.settled()));
      fleet.advance(5);
    }
    for (const id of ids) {
      expect(await fleet.status(id)).toMatchObject({ state: 'running' });
      expect(await fleet.states(id)).toEqual(['running']);
    }
  });
});
