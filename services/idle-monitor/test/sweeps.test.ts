import { eventually } from '@deskfleet/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hour, minute } from '../src/domain/idle-policy.ts';
import { alwaysOn } from './example-facts.ts';
import { type Desktop, WatchedFleet } from './watched-fleet.ts';

let fleet: WatchedFleet;
beforeEach(async () => {
  fleet = await WatchedFleet.open();
});
afterEach(() => fleet.close());

const about = ({ sessionId }: Desktop, told: Awaited<ReturnType<WatchedFleet['told']>>) =>
  told
    .filter(({ data }) => data.sessionId === sessionId)
    .map(({ type }) => type.replace(/^deskfleet\.idle\.(.*)\.v1$/, '$1'));

/** Sweeps every minute for so long. */
async function follow(loop: { pass(): Promise<boolean> }, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += minute) {
    fleet.advance(minute);
    await loop.pass();
  }
}

test('a desktop that nobody opens is warned of and then stopped, and each check says why', async () => {
  const [desktop] = (await fleet.launch(1)) as [Desktop];
  const loop = fleet.replica();
  await loop.pass();
  expect(await fleet.state(desktop)).toMatchObject({
    status: 'active',
    sentence: 'Not stopped before Thu 13:01: it has just been started.',
  });
  await follow(loop, 59 * minute);
  expect(await fleet.told()).toEqual([]);
  await follow(loop, 2 * minute);
  const [warning] = await fleet.told();
  expect(warning).toMatchObject({
    type: 'deskfleet.idle.warning.v1',
    data: { sentence: 'Stops Thu 13:16 if unused: idle since Thu 12:01.', measurements: { connections: 0 } },
  });
  await follow(loop, 13 * minute);
  expect(await fleet.told()).toEqual([]);
  expect(await fleet.state(desktop)).toMatchObject({ status: 'idle', sentence: warning?.data.sentence });
  await follow(loop, 2 * minute);
  const [detected] = await fleet.told();
  expect(detected).toMatchObject({
    type: 'deskfleet.idle.detected.v1',
    data: { generation: 1, sentence: 'Nobody has used it since Thu 12:01.' },
  });
  expect(detected?.data.observedAt).toBe(new Date('2026-11-26T13:16:00Z').toISOString());
});

describe('a warned desktop', () => {
  let desktop: Desktop;
  let loop: ReturnType<WatchedFleet['replica']>;
  beforeEach(async () => {
    [desktop] = (await fleet.launch(1)) as [Desktop];
    loop = fleet.replica();
    await loop.pass();
    fleet.advance(62 * minute);
    await loop.pass();
    expect(about(desktop, await fleet.told())).toEqual(['warning']);
  });

  test('that is kept alive stays, and its warning is taken back', async () => {
    await fleet.query('update api_gateway.sessions set keep_running_until = $2 where id = $1', [
      desktop.sessionId,
      new Date(fleet.now().getTime() + hour),
    ]);
    await follow(loop, 20 * minute);
    expect(about(desktop, await fleet.told())).toEqual(['activity-observed']);
    expect(await fleet.state(desktop)).toMatchObject({ reason: 'kept-running', stops_at: null });
  });

  test('to which somebody connects stays for as long as they are there, and for its idle time after', async () => {
    await fleet.steerHost(desktop, { connections: 1 });
    await follow(loop, 90 * minute);
    expect(about(desktop, await fleet.told())).toEqual(['activity-observed']);
    await fleet.steerHost(desktop, { connections: 0 });
    await follow(loop, 40 * minute);
    expect(about(desktop, await fleet.told())).toEqual([]);
    await follow(loop, 20 * minute);
    expect(about(desktop, await fleet.told())).toEqual(['warning', 'detected']);
  });

  test('that computes stays', async () => {
    await fleet.steerHost(desktop, { cpuPercent: 80 });
    await follow(loop, 30 * minute);
    expect(about(desktop, await fleet.told())).toEqual(['activity-observed']);
    expect((await fleet.state(desktop))?.sentence).toMatch(
      /^Not stopped: CPU \d+(\.\d)? % over the last 15 min/,
    );
  });

  test('whose schedule opens stays', async () => {
    await fleet.query('update api_gateway.sessions set schedule = $2 where id = $1', [
      desktop.sessionId,
      JSON.stringify(alwaysOn),
    ]);
    await follow(loop, 30 * minute);
    expect(about(desktop, await fleet.told())).toEqual(['activity-observed']);
  });

  test('that is stopped meanwhile is forgotten', async () => {
    await fleet.query("update session_manager.session_runtime set desired = 'stopped', state = 'stopping'");
    await follow(loop, 30 * minute);
    expect(await fleet.told()).toEqual([]);
    expect(await fleet.state(desktop)).toBeUndefined();
  });

  test('of which nothing is known stays, and after three checks an operator hears of it', async () => {
    await fleet.steerHost(desktop, { agent: 'offline' });
    await follow(loop, 25 * minute);
    expect(about(desktop, await fleet.told())).toEqual(['activity-observed']);
    expect(await fleet.state(desktop)).toMatchObject({ status: 'unknown', reason: 'host-unreachable' });
    const alerts = fleet.log.filter(({ msg }) => String(msg).startsWith('nobody knows whether'));
    expect(alerts).toMatchObject([{ sessionId: desktop.sessionId, reason: 'host-unreachable' }]);
  });
});

describe('replicas', () => {
  test('one sweeps at a time', async () => {
    await fleet.launch(3);
    const [first, second] = [fleet.replica({ name: 'first' }), fleet.replica({ name: 'second' })];
    fleet.advance(2 * hour);
    expect(await Promise.all([first.pass(), second.pass()])).toEqual(expect.arrayContaining([true, false]));
    expect(await fleet.told()).toHaveLength(3);
  });

  test('what one that died mid-sweep has not recorded is found by the next', async () => {
    const desktops = await fleet.launch(3);
    const first = fleet.replica({ name: 'first' });
    await first.pass();
    fleet.advance(2 * hour);
    for (const desktop of desktops) await fleet.steerHost(desktop, { agent: 'silent' });
    const dying = Promise.allSettled([first.pass()]);
    await eventually(async () => expect(await fleet.calls('SendCommand')).toBe(1));
    await fleet.query("update idle_monitor.leases set holder = 'second'");
    const [lost] = await dying;
    expect(lost?.status).toBe('rejected');
    expect(await fleet.told()).toEqual([]);
    for (const desktop of desktops) await fleet.steerHost(desktop, { agent: 'ok' });
    await fleet.replica({ name: 'second' }).pass();
    expect(await fleet.told()).toHaveLength(desktops.length);
  });
});

test('what somebody does while hosts are asked makes what they said void', async () => {
  const [desktop, other] = (await fleet.launch(2)) as [Desktop, Desktop];
  const loop = fleet.replica();
  await loop.pass();
  fleet.advance(2 * hour);
  for (const each of [desktop, other]) await fleet.steerHost(each, { agent: 'silent' });
  const sweeping = loop.pass();
  await eventually(async () => expect(await fleet.calls('SendCommand')).toBe(1));
  // As the consumer does when a connection has been authorised.
  await fleet.query('update idle_monitor.idle_state set next_check_at = $2 where session_id = $1', [
    desktop.sessionId,
    fleet.now(),
  ]);
  await sweeping;
  expect(await fleet.state(desktop)).toMatchObject({ reason: 'just-started', next_check_at: fleet.now() });
  expect(await fleet.state(other)).toMatchObject({ reason: 'host-silent' });
});

test('what is to be told is judged again by what is true when it is recorded', async () => {
  const [desktop, other] = (await fleet.launch(2)) as [Desktop, Desktop];
  const loop = fleet.replica();
  await loop.pass();
  fleet.advance(2 * hour);
  for (const each of [desktop, other]) await fleet.steerHost(each, { agent: 'silent' });
  const sweeping = loop.pass();
  await eventually(async () => expect(await fleet.calls('SendCommand')).toBe(1));
  // Its event has not arrived here yet.
  await fleet.query('update api_gateway.sessions set keep_running_until = $2 where id = $1', [
    desktop.sessionId,
    new Date(fleet.now().getTime() + hour),
  ]);
  for (const each of [desktop, other]) await fleet.steerHost(each, { agent: 'ok' });
  await sweeping;
  const told = await fleet.told();
  expect(about(desktop, told)).toEqual([]);
  expect(about(other, told)).toEqual(['warning']);
  expect(await fleet.state(desktop)).toMatchObject({ reason: 'kept-running' });
});
