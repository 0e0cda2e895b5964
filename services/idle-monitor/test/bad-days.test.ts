import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hour, minute } from '../src/domain/idle-policy.ts';
import { type Desktop, WatchedFleet } from './watched-fleet.ts';

let fleet: WatchedFleet;
beforeEach(async () => {
  fleet = await WatchedFleet.open();
});
afterEach(() => fleet.close());

const warned = async () =>
  (await fleet.told()).filter(({ type }) => type === 'deskfleet.idle.warning.v1').length;

describe('one bad host among many', () => {
  test.each<[string, object, string]>([
    ['that SSM does not know', { agent: 'offline' }, 'host-unreachable'],
    ['that is silent', { agent: 'silent' }, 'host-silent'],
    ['whose DCV is down', { dcv: 'down' }, 'dcv-down'],
    ['whose nvidia-smi fails', { nvidiaSmi: 'failing' }, 'gpu-unknown'],
  ])('%s costs no other its answer', async (_what, fault, reason) => {
    const desktops = await fleet.launch(60, { instanceType: 'g5.xlarge' });
    const loop = fleet.replica();
    fleet.advance(2 * hour);
    await fleet.steerHost(desktops[17] as Desktop, fault);
    await loop.pass();
    expect(await fleet.reasons()).toEqual({ [reason]: 1, unused: 59 });
    expect(await warned()).toBe(59);
  });
});

describe('a host whose clock is wrong', () => {
  test.each([
    ['Tokyo', 9],
    ['Los Angeles', -8],
  ])('by that of %s is stopped neither early nor late', async (_where, hours) => {
    const [desktop] = (await fleet.launch(1)) as [Desktop];
    await fleet.steerHost(desktop, { clockOffsetSeconds: hours * 3600 });
    const loop = fleet.replica();
    fleet.advance(90 * minute);
    await fleet.steerHost(desktop, { connections: 1 });
    fleet.advance(10 * minute);
    await fleet.steerHost(desktop, { connections: 0 });
    fleet.advance(44 * minute);
    await loop.pass();
    expect(await fleet.state(desktop)).toMatchObject({ reason: 'used-recently' });
    fleet.advance(2 * minute);
    await loop.pass();
    expect(await fleet.state(desktop)).toMatchObject({ reason: 'unused', status: 'idle' });
  });
});

test('of two GPUs the busy one counts', async () => {
  const [busy, idle] = (await fleet.launch(2, { instanceType: 'g5.12xlarge' })) as [Desktop, Desktop];
  await fleet.steerHost(busy, { gpuPercents: [0, 97, 0, 0] });
  await fleet.steerHost(idle, { gpuPercents: [0, 2, 0, 0] });
  fleet.advance(2 * hour);
  await fleet.replica().pass();
  expect(await fleet.state(busy)).toMatchObject({ sentence: 'Not stopped: GPU 97 % (threshold 10 %).' });
  expect(await fleet.state(idle)).toMatchObject({ status: 'idle' });
});

test('Windows desktops are asked in their own way', async () => {
  const [desktop] = (await fleet.launch(1, { os: 'windows' })) as [Desktop];
  fleet.advance(2 * hour);
  await fleet.replica().pass();
  expect(await fleet.state(desktop)).toMatchObject({
    status: 'idle',
    sentence: expect.stringContaining('12:01'),
  });
});

test('hibernatable and plain desktops in one sweep each have their own idle time', async () => {
  const [plain] = (await fleet.launch(1)) as [Desktop];
  const [hibernatable] = (await fleet.launch(1, { hibernation: true })) as [Desktop];
  const [never] = (await fleet.launch(1, { policy: { idleHours: 0 } })) as [Desktop];
  const hibernate = { linux: 4 * hour, windows: 4 * hour };
  const idleAfter = { stop: { linux: hour, windows: hour }, hibernate };
  fleet.advance(2 * hour);
  await fleet.replica({ changes: { idleAfter } }).pass();
  expect(await fleet.state(plain)).toMatchObject({ status: 'idle' });
  expect(await fleet.state(hibernatable)).toMatchObject({ reason: 'used-recently' });
  expect(await fleet.state(never)).toMatchObject({ reason: 'idle-stop-disabled' });
});

describe('when AWS does not answer', () => {
  test('CloudWatch of another region knows nothing, and no desktop is stopped', async () => {
    await fleet.launch(2);
    fleet.advance(2 * hour);
    await fleet.replica({ region: 'eu-west-1' }).pass();
    expect(await fleet.reasons()).toEqual({ 'cpu-no-data': 2 });
  });

  test('a CloudWatch that refuses stops nobody', async () => {
    await fleet.launch(2);
    fleet.advance(2 * hour);
    await fleet.steer('/faults/errors', { api: 'GetMetricData', code: 'AccessDenied' }, 'POST');
    await fleet.replica().pass();
    expect(await fleet.reasons()).toEqual({ 'cpu-unavailable': 2 });
  });

  test('an SSM that throttles for a moment is asked again, and the sweep is complete', async () => {
    await fleet.launch(3);
    fleet.advance(2 * hour);
    await fleet.steer(
      '/faults/errors',
      { api: 'SendCommand', code: 'ThrottlingException', times: 2 },
      'POST',
    );
    await fleet.replica().pass();
    expect(await fleet.reasons()).toEqual({ unused: 3 });
  });
});
