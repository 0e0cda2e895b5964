import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { subnets } from './fleet-rows.ts';
import { expectOneRunning } from './situations.ts';

// Each test is a row of docs/bad-days.md, where a person finds how to play it.

const al2023 = 'ami-0de5cf1ee7000a123';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
  await fleet.learnPlaces();
});
afterEach(() => fleet.sim('DELETE', '/faults'));
afterAll(() => fleet?.close());

const name = () => `bad day ${names++}`;
const running = () => fleet.running(name());
async function stopped(): Promise<string> {
  const id = await running();
  await fleet.intend(id, 'stop');
  await fleet.reaches(id, 'stopped');
  return id;
}

describe('an image is deregistered while desktops use it', () => {
  test('those go on, a launch says so, and works again when there is a new one', async () => {
    const old = await stopped();
    await fleet.sim('DELETE', `/images/${al2023}`);
    const id = await fleet.request(name());
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: 'image-gone', instance_id: null });
    await fleet.intend(old, 'start');
    await fleet.reaches(old, 'running');
    await fleet.sim('POST', `/images/${al2023}/restore`);
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    await expectOneRunning(fleet, id);
  });
});

describe('a subnet is removed', () => {
  test('launches go to the others', async () => {
    await fleet.sim('DELETE', `/subnets/${subnets.a}`);
    await fleet.sim('DELETE', `/subnets/${subnets.b}`);
    const id = await fleet.request(name());
    expect(await fleet.reaches(id, 'running')).toMatchObject({ availability_zone: 'us-east-1c' });
    await expectOneRunning(fleet, id);
  });

  test('one that the user chose is missed, and said so', async () => {
    await fleet.sim('DELETE', `/subnets/${subnets.a}`);
    const id = await fleet.request(name(), { subnetId: subnets.a });
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: 'subnet-gone' });
    expect(await fleet.states(id)).toEqual([]);
  });

  test('one without free addresses is passed by', async () => {
    for (const subnet of [subnets.a, subnets.c]) {
      await fleet.sim('PATCH', `/subnets/${subnet}`, { freeAddresses: 0 });
    }
    const id = await fleet.request(name());
    expect(await fleet.reaches(id, 'running')).toMatchObject({ availability_zone: 'us-east-1b' });
  });
});

describe('an instance type is no longer offered', () => {
  test('a launch says so', async () => {
    await fleet.sim('POST', '/faults/not-offered', { instanceType: 'm7i.large' });
    const id = await fleet.request(name());
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: 'instance-type-not-offered' });
  });

  test('a desktop of that type stays stopped, and starts as another', async () => {
    const id = await stopped();
    await fleet.sim('POST', '/faults/not-offered', { instanceType: 'm7i.large' });
    await fleet.intend(id, 'start');
    await fleet.pass();
    await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({
      state: 'stopped',
      desired: 'stopped',
      reason_code: 'instance-type-not-offered',
    });
    await fleet.intend(id, 'resize', { instanceType: 'm6i.large' });
    await fleet.intend(id, 'start');
    expect(await fleet.reaches(id, 'running')).toMatchObject({ instance_type: 'm6i.large' });
  });
});

describe('the account’s vCPU limit is reached', () => {
  test('a launch says so, and leaves nothing behind', async () => {
    await fleet.sim('PATCH', '/faults', { vcpuLimit: 1 });
    const id = await fleet.request(name());
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: 'account-limit' });
    expect(await fleet.states(id)).toEqual([]);
  });

  test('a start gives up after minutes and stays stopped, told so', async () => {
    const id = await stopped();
    await fleet.sim('PATCH', '/faults', { vcpuLimit: 1 });
    await fleet.intend(id, 'start');
    for (let i = 0; i < 30; i++) {
      await fleet.pass();
      fleet.advance(20);
    }
    expect(await fleet.status(id)).toMatchObject({ state: 'stopped', desired: 'stopped' });
    expect(['account-limit', 'no-capacity']).toContain((await fleet.status(id)).reason_code);
    expect(await fleet.eventTypes(id)).toContain('command-rejected');
  });
});

describe('single refusals', () => {
  test('a root volume that does not hold the image is an error that says so', async () => {
    const code = 'InvalidBlockDeviceMapping';
    await fleet.sim('POST', '/faults/errors', { api: 'RunInstances', code, times: 1 });
    const id = await fleet.request(name());
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: 'root-volume-too-small' });
  });

  test('a host that never answers SSM is an error that says so, and does not bill for ever', async () => {
    const id = await fleet.request(name());
    await fleet.reaches(id, 'starting');
    await fleet.host(id, { agent: 'offline' });
    expect(await fleet.reaches(id, 'error', { secondsApart: 300 })).toMatchObject({
      reason_code: 'host-unreachable',
    });
    expect(await fleet.reaches(id, 'stopped', { secondsApart: 1800 })).toMatchObject({
      reason_code: 'stopped-after-error',
    });
  });

  test('a host whose DCV never answers is told from one that is silent', async () => {
    const id = await fleet.request(name());
    await fleet.reaches(id, 'starting');
    await fleet.host(id, { dcv: 'never-ready' });
    expect(await fleet.reaches(id, 'error', { secondsApart: 300 })).toMatchObject({
      reason_code: 'dcv-not-ready',
    });
    await fleet.host(id, { dcv: 'ok' });
    await fleet.reaches(id, 'running');
  });

  test('a protected machine goes on being told, alerted and tried, and ends when the protection is lifted', async () => {
    const id = await running();
    await fleet.host(id, { terminationProtected: true });
    const alerts = await fleet.alerts('aws-refuses');
    await fleet.intend(id, 'terminate');
    await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({
      state: 'running',
      desired: 'terminated',
      reason_code: 'termination-protected',
    });
    expect(await fleet.alerts('aws-refuses')).toBe(alerts + 1);
    await fleet.host(id, { terminationProtected: false });
    await fleet.reaches(id, 'terminated', { secondsApart: 60 });
  });

  test('one bad instance in a batch keeps none of the others from stopping', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, running));
    const [bad = ''] = ids;
    const { instance_id } = await fleet.status(bad);
    await fleet.sim('POST', '/faults/errors', {
      api: 'StopInstances',
      instanceId: instance_id,
      code: 'UnsupportedOperation',
    });
    for (const id of ids) await fleet.intend(id, 'stop');
    await fleet.pass();
    for (const id of ids.slice(1)) expect(await fleet.status(id)).toMatchObject({ state: 'stopping' });
    expect(await fleet.status(bad)).toMatchObject({ state: 'running', reason_code: 'refused-by-aws' });
    await fleet.sim('DELETE', '/faults/errors');
    await fleet.reaches(bad, 'stopped', { secondsApart: 60 });
  });
});
