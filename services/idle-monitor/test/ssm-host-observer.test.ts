import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hour } from '../src/domain/idle-policy.ts';
import { type Desktop, WatchedFleet } from './watched-fleet.ts';

let fleet: WatchedFleet;
beforeEach(async () => {
  fleet = await WatchedFleet.open();
});
afterEach(() => fleet.close());

/** Calls of one sweep of desktops that all reach their hosts. */
async function callsOfSweep(change?: { of: Desktop; host: object }): Promise<Record<string, number>> {
  fleet.advance(2 * hour);
  if (change) await fleet.steerHost(change.of, change.host);
  await fleet.replica().pass();
  const apis = ['GetMetricData', 'SendCommand', 'ListCommandInvocations', 'DescribeInstanceInformation'];
  const counts = await Promise.all(apis.map(async (api) => [api, await fleet.calls(api)] as const));
  return Object.fromEntries(counts);
}

describe('what a sweep of 120 desktops asks of AWS', () => {
  const clean = {
    GetMetricData: 1,
    SendCommand: 3,
    ListCommandInvocations: 3,
    DescribeInstanceInformation: 0,
  };

  test('is one call for 500 desktops and two for each 50 of those that are asked', async () => {
    await fleet.launch(120);
    expect(await callsOfSweep()).toEqual(clean);
    expect(await fleet.reasons()).toEqual({ unused: 120 });
  });

  test('is no more with a silent host', async () => {
    const [silent] = (await fleet.launch(120)) as [Desktop];
    expect(await callsOfSweep({ of: silent, host: { agent: 'silent' } })).toEqual(clean);
    expect(await fleet.reasons()).toEqual({ 'host-silent': 1, unused: 119 });
  });

  test('is a question and another command with a host that SSM does not know', async () => {
    const [offline] = (await fleet.launch(120)) as [Desktop];
    const calls = await callsOfSweep({ of: offline, host: { agent: 'offline' } });
    expect(calls).toEqual({ ...clean, SendCommand: 4, DescribeInstanceInformation: 1 });
    expect(await fleet.reasons()).toEqual({ 'host-unreachable': 1, unused: 119 });
  });

  test('leaves out of the next commands who did not answer the last', async () => {
    const [offline] = (await fleet.launch(120)) as [Desktop];
    const before = await callsOfSweep({ of: offline, host: { agent: 'offline' } });
    await fleet.query(
      "update idle_monitor.idle_state set last_access_at = null, next_check_at = date_trunc('milliseconds', next_check_at)",
    );
    fleet.advance(hour);
    await fleet.replica().pass();
    expect((await fleet.calls('SendCommand')) - Number(before.SendCommand)).toBe(3);
    expect((await fleet.calls('DescribeInstanceInformation')) - 1).toBe(1);
  });
});

test('more than 500 desktops are asked of CloudWatch in parts', async () => {
  await fleet.launch(501, { policy: { cpuThresholdPercent: 0.01 } });
  expect(await callsOfSweep()).toMatchObject({ GetMetricData: 2, SendCommand: 0 });
  expect(await fleet.reasons()).toEqual({ 'cpu-busy': 501 });
});

describe('a call that AWS denies', () => {
  test.each([
    ['ListCommands: answers are read at the end of the wait', 'ListCommands', { unused: 60 }],
    ['ListCommandInvocations: nobody is stopped', 'ListCommandInvocations', { 'host-unavailable': 60 }],
    [
      'DescribeInstanceInformation: it is not needed while SSM knows all',
      'DescribeInstanceInformation',
      { unused: 60 },
    ],
  ])('%s', async (_what, api, reasons) => {
    await fleet.launch(60);
    await fleet.steer('/faults/errors', { api, code: 'AccessDeniedException' }, 'POST');
    await callsOfSweep();
    expect(await fleet.reasons()).toEqual(reasons);
  });
});

test('a host that SSM refuses though it calls it online costs no other its answer', async () => {
  const [refused] = (await fleet.launch(20)) as [Desktop];
  const fault = { api: 'SendCommand', instanceId: refused.instanceId, code: 'InvalidInstanceId' };
  await fleet.steer('/faults/errors', fault, 'POST');
  await callsOfSweep();
  expect(await fleet.reasons()).toEqual({ 'host-unreachable': 1, unused: 19 });
});

test('a batch that SSM refuses for another reason costs no other batch its answer', async () => {
  await fleet.launch(60);
  const fault = { api: 'SendCommand', code: 'AccessDeniedException', times: 1 };
  await fleet.steer('/faults/errors', fault, 'POST');
  await callsOfSweep();
  const { unused, 'host-unavailable': unavailable } = await fleet.reasons();
  expect([unused, unavailable].sort()).toEqual([10, 50]);
});
