import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { goTo, startDue, startEvent, stopDue, stopEvent, timeOfDay } from './due-events.ts';
import { Fleet } from './fleet.ts';
import type { RequestOptions } from './fleet-rows.ts';
import { expectOneRunning } from './situations.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
beforeEach(() => goTo(fleet, '19:30'));
afterAll(() => fleet?.close());

const running = (options?: RequestOptions) => fleet.running(`early ${names++}`, options);

/** Stopped by its owner in the evening; the next morning is about to come. */
async function stopped(options?: RequestOptions): Promise<string> {
  const id = await running(options);
  await fleet.intend(id, 'stop', { mode: options?.hibernation ? 'hibernate' : 'stop' });
  await fleet.reaches(id, options?.hibernation ? 'hibernated' : 'stopped');
  goTo(fleet, '08:00');
  return id;
}

const wanted = async (id: string) => {
  const { desired, desired_cause } = await fleet.status(id);
  return `${desired} by ${desired_cause}`;
};

describe('a window opens', () => {
  test('and a stopped desktop starts, by the schedule and by no request', async () => {
    const id = await stopped();
    const { applied_seq } = await fleet.status(id);
    await startDue(fleet, id);
    expect(await fleet.reaches(id, 'running')).toMatchObject({ applied_seq, correlation_id: null });
    expect((await fleet.history(id)).slice(-3)).toEqual(
      ['provisioning', 'starting', 'running'].map((state) => `${state} (schedule)`),
    );
    await expectOneRunning(fleet, id);
  });

  test('and a hibernated desktop goes on in the same boot', async () => {
    const id = await stopped({ hibernation: true });
    const { boot_id } = await fleet.status(id);
    await startDue(fleet, id);
    expect(await fleet.reaches(id, 'running')).toMatchObject({ boot_id });
  });

  test('while the desktop is still stopping: it starts as soon as it has stopped', async () => {
    const id = await running();
    goTo(fleet, '07:59');
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopping');
    goTo(fleet, '08:00');
    await startDue(fleet, id);
    await fleet.reaches(id, 'running');
    expect((await fleet.history(id)).slice(-4)).toEqual([
      'stopped (schedule)',
      'provisioning (schedule)',
      'starting (schedule)',
      'running (schedule)',
    ]);
  });

  test('is told twice, by two events: there is one start', async () => {
    const id = await stopped();
    const event = await startEvent(fleet, id);
    await startDue(fleet, id, event);
    await startDue(fleet, id, event);
    await fleet.sim('DELETE', '/calls');
    await fleet.reaches(id, 'running');
    await startDue(fleet, id, event);
    await fleet.pass();
    expect((await fleet.callCounts()).StartInstances?.calls).toBe(1);
    await expectOneRunning(fleet, id);
  });

  test('and is told after it has closed: the desktop stays stopped', async () => {
    const id = await stopped();
    const event = await startEvent(fleet, id);
    goTo(fleet, '19:00');
    await startDue(fleet, id, event);
    expect(await wanted(id)).toBe('stopped by user:alice');
  });

  test('and the close of the night before is told after it: the desktop stays up', async () => {
    const id = await running();
    await fleet.tamper('update api_gateway.sessions set stop_at_close = true where id = $1', [id]);
    const lastNight = await stopEvent(fleet, id);
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    goTo(fleet, '08:00');
    await startDue(fleet, id);
    await fleet.reaches(id, 'running');
    await stopDue(fleet, id, { ...lastNight, evenIfConnected: true });
    await fleet.pass();
    expect(await wanted(id)).toBe('running by schedule');
  });

  test('while nobody knows the session any more, or it has ended: nothing happens', async () => {
    const id = await stopped();
    const event = await startEvent(fleet, id);
    await fleet.intend(id, 'terminate');
    await startDue(fleet, id, event);
    await fleet.reaches(id, 'terminated');
    await startDue(fleet, id, event);
    await startDue(fleet, id, { ...event, sessionId: '01990000-0000-7000-8000-00000000dead' });
    expect(await fleet.states(id)).toEqual(['terminated']);
  });

  test('and closes before AWS has answered once: the start is given up, and its owner is told', async () => {
    const id = await stopped();
    goTo(fleet, '18:50');
    await startDue(fleet, id, { edgeAt: timeOfDay(fleet, '08:00') });
    await fleet.sim('POST', '/faults/errors', { api: 'StartInstances', code: 'ServiceUnavailable' });
    for (let i = 0; i < 8; i++) {
      await fleet.pass();
      fleet.advance(100);
    }
    await fleet.sim('DELETE', '/faults');
    await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({
      state: 'stopped',
      desired: 'stopped',
      reason_code: 'window-closed',
    });
    expect((await fleet.eventTypes(id)).at(-1)).toBe('automatic-change-failed');
    expect(await fleet.states(id)).toEqual(['stopped']);
  });
});

describe('what a person wants', () => {
  /** In the lead before the open, from which stops count. */
  const early = { keepOffFrom: '07:55' };
  const due = (id: string) => startDue(fleet, id, { keepOffFrom: timeOfDay(fleet, early.keepOffFrom) });

  test.each([
    ['07:54', 'running by schedule'],
    ['07:55', 'stopped by user:alice'],
    ['08:00', 'stopped by user:alice'],
  ])('a stop at %s, where stops count from 07:55: %s', async (time, outcome) => {
    const id = await running();
    goTo(fleet, time);
    // It has not been applied when the event comes.
    await fleet.intend(id, 'stop');
    if (time !== '08:00') goTo(fleet, '08:00');
    await due(id);
    expect(await wanted(id)).toBe(outcome);
  });

  test('a start after the stop in the same window counts: what comes again may start it', async () => {
    const id = await stopped();
    await fleet.intend(id, 'stop');
    await fleet.sim('POST', '/faults/no-capacity', { instanceType: 'm7i.large' });
    await fleet.intend(id, 'start');
    for (let i = 0; i < 6; i++) {
      await fleet.pass();
      fleet.advance(120);
    }
    expect(await wanted(id)).toBe('stopped by user:alice');
    await fleet.sim('DELETE', '/faults');
    await due(id);
    expect(await wanted(id)).toBe('running by schedule');
  });

  test.each([
    ['before the window does not keep the desktop off', '07:40', 'running by schedule'],
    ['in the window keeps it off', '08:10', 'stopped by external'],
  ])('a stop at EC2’s console %s', async (_, time, outcome) => {
    const id = await running();
    goTo(fleet, time);
    const { instance_id } = await fleet.status(id);
    await fleet.sim('POST', `/instances/${instance_id}/stop`);
    await fleet.reaches(id, 'stopped');
    goTo(fleet, '08:30');
    await due(id);
    expect(await wanted(id)).toBe(outcome);
  });

  test('a pause keeps it off until it is over', async () => {
    const id = await stopped();
    const until = new Date(fleet.now().getTime() + 3_600_000);
    await fleet.tamper('update api_gateway.sessions set pause_until = $2 where id = $1', [id, until]);
    await due(id);
    expect(await wanted(id)).toBe('stopped by user:alice');
    fleet.advance(3600);
    await due(id);
    expect(await wanted(id)).toBe('running by schedule');
  });

  test('a stop while EC2 starts it for the schedule wins', async () => {
    const id = await stopped();
    await due(id);
    await fleet.pass();
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await due(id);
    expect(await wanted(id)).toBe('stopped by user:alice');
    expect(await fleet.states(id)).toEqual(['stopped']);
  });

  test('a refused hibernation that the open has overtaken concerns nobody', async () => {
    const id = await running({ hibernation: true });
    await fleet.host(id, { hibernation: 'refused' });
    goTo(fleet, '07:50');
    await fleet.intend(id, 'stop', { mode: 'hibernate' });
    goTo(fleet, '08:00');
    await fleet.sim('PATCH', '/faults', { latencyMs: 400 });
    await fleet.manager.reconciler.pass({ everything: true, allIntents: true });
    await due(id);
    await fleet.manager.reconciler.settled();
    await fleet.sim('PATCH', '/faults', { latencyMs: 0 });
    expect(await fleet.eventTypes(id)).not.toContain('command-rejected');
    await fleet.reaches(id, 'running');
    expect(await fleet.status(id)).toMatchObject({ desired: 'running', reason_code: null });
  });
});
