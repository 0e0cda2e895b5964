import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { goTo, idleDetected, idleEvent, startDue } from './due-events.ts';
import { Fleet } from './fleet.ts';
import type { RequestOptions } from './fleet-rows.ts';
import { changeSpec, connect, expectUntouched } from './situations.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
beforeEach(() => goTo(fleet, '20:00'));
afterAll(() => fleet?.close());

/** A desktop that runs outside its schedule, and that nobody uses. */
const unused = (options?: RequestOptions) => fleet.running(`unused ${names++}`, options);

/** What its owner reads of the ways down: the states with the reason of each. */
async function waysDown(id: string) {
  return fleet.read(
    `select to_state as state, cause, reason_code as code, reason_sentence as sentence
     from session_manager.session_transitions
     where session_id = $1 and to_state in ('stopping', 'stopped', 'hibernating', 'hibernated') order by id`,
    [id],
  );
}

/** The reasons that SessionStopping and SessionStopped tell. */
async function reasonsTold(id: string) {
  const rows = await fleet.read(
    `select event::jsonb -> 'data' -> 'reason' as reason from session_manager.outbox
     where event::jsonb ->> 'subject' = $1 and event::jsonb ->> 'type' ~ 'session.stopp(ing|ed).v1$' order by seq`,
    [id],
  );
  return rows.map(({ reason }) => reason);
}

/** Why the last event was void, as an operator reads it in the log. */
function lastWhy(id: string): unknown {
  const lines = fleet.log.map((line) => JSON.parse(line));
  return lines.findLast(({ msg, sessionId }) => msg === 'a desktop was found idle' && sessionId === id)?.why;
}

const sentence = 'Unused since 19:10 (UTC).';
const idle = { cause: 'idle', code: 'idle', sentence };

describe('a desktop that nobody uses', () => {
  test('stops, its access ends, and its history and events say why, in the words of the idle-monitor', async () => {
    const id = await unused();
    const { access_epoch, applied_seq } = await fleet.status(id);
    await idleDetected(fleet, id);
    // From the decision on, not only once EC2 has been asked.
    expect(await fleet.status(id)).toMatchObject({ state: 'running', access_epoch: access_epoch + 1 });
    const status = await fleet.reaches(id, 'stopped');
    expect(status).toMatchObject({ applied_seq, desired_cause: 'idle', reason_sentence: sentence });
    expect(await waysDown(id)).toEqual([
      { state: 'stopping', ...idle },
      { state: 'stopped', ...idle },
    ]);
    const reason = { code: 'idle', sentence };
    expect(await reasonsTold(id)).toEqual([reason, reason]);
  });

  test('says no more of it once it is started again', async () => {
    const id = await unused();
    await idleDetected(fleet, id);
    await fleet.reaches(id, 'stopped');
    await fleet.intend(id, 'start');
    await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({ reason_code: null });
    expect(await fleet.reaches(id, 'running')).toMatchObject({ reason_code: null });
  });

  test('and can hibernate does so, and a plain one stops, both found in one sweep', async () => {
    const [sleeper, plain] = [await unused({ hibernation: true }), await unused()];
    await idleDetected(fleet, plain);
    await idleDetected(fleet, sleeper);
    await fleet.pass();
    expect(await fleet.status(sleeper)).toMatchObject({ state: 'hibernating' });
    expect(await fleet.status(plain)).toMatchObject({ state: 'stopping' });
    expect(await fleet.reaches(sleeper, 'hibernated')).toMatchObject({ reason_sentence: sentence });
    expect(await fleet.reaches(plain, 'stopped')).toMatchObject({ reason_sentence: sentence });
  });

  test('is told twice: it stops once', async () => {
    const id = await unused();
    const event = await idleEvent(fleet, id);
    await idleDetected(fleet, id, event);
    await idleDetected(fleet, id, event);
    await fleet.reaches(id, 'stopping');
    await idleDetected(fleet, id, event);
    await fleet.reaches(id, 'stopped');
    expect(await waysDown(id)).toHaveLength(2);
  });

  test('starts with its next window, as no person has stopped it', async () => {
    const id = await unused();
    await idleDetected(fleet, id);
    await fleet.reaches(id, 'stopped');
    goTo(fleet, '08:00');
    await startDue(fleet, id);
    expect(await fleet.reaches(id, 'running')).toMatchObject({ reason_code: null });
  });
});

describe('after a desktop was found idle', () => {
  /** What happens a second after it was looked at, and before the event is handled. */
  async function meanwhile(id: string, act: () => Promise<void>): Promise<void> {
    const event = await idleEvent(fleet, id);
    fleet.advance(1);
    await act();
    await idleDetected(fleet, id, event);
  }

  test('somebody connects: the stop is void', async () => {
    const id = await unused();
    await meanwhile(id, () => connect(fleet, id));
    await expectUntouched(fleet, id);
    expect(lastWhy(id)).toBe('connected-since');
  });

  test('it is kept alive: the stop is void', async () => {
    const id = await unused();
    const until = new Date(fleet.now().getTime() + 3_600_000);
    await meanwhile(id, () =>
      changeSpec(fleet, id, { keep_running_until: until, overrides_changed_at: fleet.now() }),
    );
    await expectUntouched(fleet, id);
    expect(lastWhy(id)).toBe('overrides-changed');
  });

  test('somebody reboots it: the stop is void, and the reboot is made', async () => {
    const id = await unused();
    const { boot_id } = await fleet.status(id);
    await meanwhile(id, () => fleet.intend(id, 'reboot'));
    expect(lastWhy(id)).toBe('asked-since');
    await fleet.pass();
    expect((await fleet.reaches(id, 'running')).boot_id).not.toBe(boot_id);
  });

  test('its owner stops it and starts it again: it runs', async () => {
    const id = await unused();
    await meanwhile(id, async () => {
      await fleet.intend(id, 'stop');
      await fleet.intend(id, 'start');
    });
    expect(lastWhy(id)).toBe('asked-since');
    await expectUntouched(fleet, id);
  });

  test('its owner stops it: that is the owner’s stop', async () => {
    const id = await unused();
    await meanwhile(id, () => fleet.intend(id, 'stop'));
    expect(lastWhy(id)).toBe('not-running');
    expect(await fleet.reaches(id, 'stopped')).toMatchObject({
      desired_cause: 'user:alice',
      reason_code: null,
    });
  });

  test('somebody wants it terminated: it is', async () => {
    const id = await unused();
    await meanwhile(id, () => fleet.intend(id, 'terminate'));
    expect(lastWhy(id)).toBe('ending');
    await fleet.reaches(id, 'terminated');
  });

  test('an hour passes: the stop is void', async () => {
    const id = await unused();
    await meanwhile(id, async () => fleet.advance(3600));
    await expectUntouched(fleet, id);
    expect(lastWhy(id)).toBe('observation-too-old');
  });

  test('its window opens: it stays up', async () => {
    const id = await unused();
    goTo(fleet, '07:59');
    await meanwhile(id, async () => goTo(fleet, '08:00'));
    await expectUntouched(fleet, id);
    expect(lastWhy(id)).toBe('scheduled');
  });
});

test('a start by its owner that comes after the stop wins, and the reason is gone', async () => {
  const id = await unused();
  await idleDetected(fleet, id);
  await fleet.pass();
  await fleet.intend(id, 'start');
  expect(await fleet.reaches(id, 'running')).toMatchObject({
    desired: 'running',
    desired_cause: 'user:alice',
    reason_code: null,
  });
});

describe('EC2 refuses', () => {
  test('to stop it: the record says that it runs, why, and alerts; it stops as soon as EC2 lets it', async () => {
    const id = await unused();
    const alerts = await fleet.alerts('aws-refuses');
    await fleet.sim('POST', '/faults/errors', { api: 'StopInstances', code: 'UnauthorizedOperation' });
    await idleDetected(fleet, id);
    for (let i = 0; i < 12; i++) {
      await fleet.pass();
      fleet.advance(30);
    }
    expect(await fleet.status(id)).toMatchObject({
      state: 'running',
      desired: 'stopped',
      reason_code: 'not-authorized-at-aws',
    });
    expect(await fleet.states(id)).toEqual(['running']);
    expect(await fleet.alerts('aws-refuses')).toBeGreaterThan(alerts);
    await fleet.sim('DELETE', '/faults/errors');
    await fleet.reaches(id, 'stopped', { secondsApart: 30 });
    const reason = { code: 'idle', sentence: 'The desktop was stopped, as nobody used it.' };
    expect(await reasonsTold(id)).toEqual([reason, reason]);
  });

  test('for a while, as it is throttled: it stops, and its history says what was found', async () => {
    const id = await unused();
    await fleet.sim('POST', '/faults/errors', {
      api: 'StopInstances',
      code: 'RequestLimitExceeded',
      times: 1,
    });
    await idleDetected(fleet, id);
    await fleet.reaches(id, 'stopped');
    expect(await waysDown(id)).toEqual([
      { state: 'stopping', ...idle },
      { state: 'stopped', ...idle },
    ]);
  });

  test('to hibernate it: it runs on, and its owner is told, as nobody had asked', async () => {
    const id = await unused({ hibernation: true });
    await fleet.host(id, { hibernation: 'refused' });
    await idleDetected(fleet, id);
    for (let i = 0; i < 3; i++) await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({
      state: 'running',
      desired: 'running',
      reason_code: 'hibernation-refused',
    });
    expect(await fleet.states(id)).toEqual(['running']);
    const types = await fleet.eventTypes(id);
    expect(types).toContain('automatic-change-failed');
    expect(types).not.toContain('command-rejected');
  });

  test('to hibernate it, and is asked again when it is found idle again', async () => {
    const id = await unused({ hibernation: true });
    await fleet.host(id, { hibernation: 'refused' });
    await idleDetected(fleet, id);
    for (let i = 0; i < 3; i++) await fleet.pass();
    await fleet.host(id, { hibernation: 'ok' });
    fleet.advance(300);
    await idleDetected(fleet, id);
    expect(await fleet.reaches(id, 'hibernated')).toMatchObject({ reason_sentence: sentence });
  });

  test('to hibernate it, which stops where its profile says so, and both are told', async () => {
    const id = await unused({ hibernation: true });
    await fleet.tamper(`update api_gateway.profiles set hibernation_fallback = 'stop'`, []);
    await fleet.host(id, { hibernation: 'refused' });
    await idleDetected(fleet, id);
    const status = await fleet.reaches(id, 'stopped');
    expect(status).toMatchObject({ desired_cause: 'idle', reason_code: 'hibernation-fell-back' });
    expect(status.reason_sentence).toMatch(/^Unused since 19:10 \(UTC\)\. AWS refused to hibernate/);
    expect(await fleet.eventTypes(id)).not.toContain('automatic-change-failed');
    await fleet.tamper(`update api_gateway.profiles set hibernation_fallback = 'none'`, []);
  });

  test('and stops it instead of hibernating it: its owner is told what was lost', async () => {
    const id = await unused({ hibernation: true });
    await fleet.host(id, { hibernation: 'falls-back-to-stop' });
    await idleDetected(fleet, id);
    expect(await fleet.reaches(id, 'stopped')).toMatchObject({ reason_code: 'hibernation-became-stop' });
    expect((await waysDown(id))[0]).toEqual({ state: 'hibernating', ...idle });
  });
});
