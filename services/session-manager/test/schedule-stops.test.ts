import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { goTo, stopDue, stopEvent } from './due-events.ts';
import { Fleet } from './fleet.ts';
import type { RequestOptions } from './fleet-rows.ts';
import { changeSpec, connect, expectUntouched } from './situations.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
beforeEach(() => goTo(fleet, '18:30'));
afterAll(() => fleet?.close());

/** A desktop that runs at its close, and is to be stopped then as its profile or its owner says. */
async function atClose(options?: RequestOptions): Promise<string> {
  const id = await fleet.running(`late ${names++}`, options);
  await changeSpec(fleet, id, { stop_at_close: true });
  goTo(fleet, '19:00');
  return id;
}

describe('a window closes, and a desktop that is to stop then', () => {
  test('stops once its host has said that nobody is connected; access ends, and its owner is told why', async () => {
    const id = await atClose();
    const { access_epoch, applied_seq } = await fleet.status(id);
    await stopDue(fleet, id);
    expect(await fleet.status(id)).toMatchObject({ desired: 'running' });
    await fleet.pass({ everything: false });
    const status = await fleet.reaches(id, 'stopped');
    expect(status).toMatchObject({ applied_seq, desired_cause: 'schedule', reason_code: 'stopped-at-close' });
    expect(status.access_epoch).toBeGreaterThan(access_epoch);
    expect((await fleet.history(id)).slice(-2)).toEqual(['stopping (schedule)', 'stopped (schedule)']);
  });

  test('hibernates where it can', async () => {
    const id = await atClose({ hibernation: true });
    await stopDue(fleet, id);
    expect(await fleet.reaches(id, 'hibernated')).toMatchObject({ desired: 'hibernated' });
  });

  test('is left to its owner while somebody is connected', async () => {
    const id = await atClose();
    await fleet.host(id, { connections: 1 });
    await stopDue(fleet, id);
    await expectUntouched(fleet, id);
  });

  test('stops even then where its owner has wanted that', async () => {
    const id = await atClose();
    await fleet.host(id, { connections: 1 });
    await stopDue(fleet, id, { evenIfConnected: true });
    await fleet.reaches(id, 'stopped');
  });

  test('is left alone while its host does not say who is connected', async () => {
    const id = await atClose();
    await fleet.host(id, { agent: 'offline' });
    await stopDue(fleet, id);
    await expectUntouched(fleet, id);
  });

  test('on Windows too, by what its host says', async () => {
    const id = await atClose({ os: 'windows' });
    await fleet.host(id, { connections: 1 });
    await stopDue(fleet, id);
    await expectUntouched(fleet, id);
    await fleet.host(id, { connections: 0 });
    fleet.advance(10);
    await stopDue(fleet, id);
    await fleet.reaches(id, 'stopped');
  });

  test('of which the host is never asked, as the process dies, stops when it is told again', async () => {
    const id = await atClose();
    await stopDue(fleet, id);
    fleet.advance(300);
    await expectUntouched(fleet, id);
    await stopDue(fleet, id);
    await fleet.reaches(id, 'stopped');
  });

  test('is told twice: it stops once', async () => {
    const id = await atClose();
    const event = await stopEvent(fleet, id);
    await stopDue(fleet, id, event);
    await stopDue(fleet, id, event);
    await fleet.reaches(id, 'stopping');
    await stopDue(fleet, id, event);
    await fleet.reaches(id, 'stopped');
    expect((await fleet.history(id)).filter((step) => step.startsWith('stopping'))).toHaveLength(1);
  });

  test('cannot hibernate after all: it runs on, and its owner is told, as nobody had asked', async () => {
    const id = await atClose({ hibernation: true });
    await fleet.host(id, { hibernation: 'refused' });
    await stopDue(fleet, id);
    for (let i = 0; i < 3; i++) await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({ state: 'running', reason_code: 'hibernation-refused' });
    const types = await fleet.eventTypes(id);
    expect(types).toContain('automatic-change-failed');
    expect(types).not.toContain('command-rejected');
  });
});

/** Each in the moment between the scheduler's decision and ours, and in the one in which the host is asked. */
describe.each(['before it is handled', 'while the host is asked'])('%s', (moment) => {
  async function meanwhile(id: string, act: () => Promise<void>): Promise<void> {
    const event = await stopEvent(fleet, id);
    if (moment === 'while the host is asked') await stopDue(fleet, id, event);
    fleet.advance(1);
    await act();
    if (moment === 'before it is handled') await stopDue(fleet, id, event);
  }

  test('somebody connects, and has gone again when the host answers: the stop is void', async () => {
    const id = await atClose();
    await meanwhile(id, () => connect(fleet, id));
    await expectUntouched(fleet, id);
  });

  test('it is kept alive: the stop is void', async () => {
    const id = await atClose();
    const until = new Date(fleet.now().getTime() + 3_600_000);
    await meanwhile(id, () =>
      changeSpec(fleet, id, { keep_running_until: until, overrides_changed_at: fleet.now() }),
    );
    await expectUntouched(fleet, id);
  });

  test('its owner takes back that it is to stop: the stop is void', async () => {
    const id = await atClose();
    await meanwhile(id, () => changeSpec(fleet, id, { stop_at_close: false }));
    await expectUntouched(fleet, id);
  });

  test('its owner reboots it: the stop is void, and the reboot is made', async () => {
    const id = await atClose();
    const { boot_id } = await fleet.status(id);
    await meanwhile(id, () => fleet.intend(id, 'reboot'));
    await fleet.pass();
    expect(await fleet.reaches(id, 'running')).toMatchObject({ desired: 'running', pending_stop: null });
    expect((await fleet.status(id)).boot_id).not.toBe(boot_id);
  });

  test('somebody wants it terminated: it is', async () => {
    const id = await atClose();
    await meanwhile(id, () => fleet.intend(id, 'terminate'));
    await fleet.reaches(id, 'terminated');
  });
});

describe('a start by its owner and a stop by the schedule at the same time', () => {
  test('the start wins when it comes after the stop', async () => {
    const id = await atClose();
    await stopDue(fleet, id, { evenIfConnected: true });
    await fleet.pass();
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    expect(await fleet.status(id)).toMatchObject({ desired: 'running', desired_cause: 'user:alice' });
  });

  test('the start wins when the stop is handled after it, although the scheduler had not seen it', async () => {
    const id = await atClose();
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopping');
    const event = await stopEvent(fleet, id);
    await fleet.intend(id, 'start');
    await stopDue(fleet, id, { ...event, evenIfConnected: true });
    await fleet.reaches(id, 'running');
    expect(await fleet.status(id)).toMatchObject({ desired: 'running', desired_cause: 'user:alice' });
  });
});

test('a window that closes stops nothing where that is not wanted', async () => {
  const id = await atClose();
  await changeSpec(fleet, id, { stop_at_close: null });
  await stopDue(fleet, id, { stopAtClose: false });
  await stopDue(fleet, id);
  await expectUntouched(fleet, id);
});
