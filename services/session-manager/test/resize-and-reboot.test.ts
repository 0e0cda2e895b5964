import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterEach(() => fleet.sim('DELETE', '/faults'));
afterAll(() => fleet?.close());

const running = () => fleet.running(`size ${names++}`);
async function stopped(): Promise<string> {
  const id = await running();
  await fleet.intend(id, 'stop');
  await fleet.reaches(id, 'stopped');
  return id;
}
const resize = (id: string, instanceType: string) => fleet.intend(id, 'resize', { instanceType });

describe('resize', () => {
  test('gives a stopped desktop another type, and tells it', async () => {
    const id = await stopped();
    await resize(id, 'm7i.xlarge');
    await fleet.reaches(id, 'resizing');
    expect(await fleet.reaches(id, 'stopped')).toMatchObject({
      instance_type: 'm7i.xlarge',
      reason_code: null,
    });
    expect((await fleet.eventTypes(id)).slice(-2).sort()).toEqual(['resized', 'stopped']);
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    expect(await fleet.instances(id)).toMatchObject([{ instanceType: 'm7i.xlarge', state: 'running' }]);
  });

  test('comes before a start that was asked for after it', async () => {
    const id = await stopped();
    await resize(id, 'm7i.xlarge');
    await fleet.intend(id, 'start');
    expect(await fleet.reaches(id, 'running')).toMatchObject({ instance_type: 'm7i.xlarge' });
  });

  test('that AWS refuses keeps the old type, and the owner is told why', async () => {
    const id = await stopped();
    await fleet.sim('POST', '/faults/not-offered', { instanceType: 'm7i.2xlarge' });
    await resize(id, 'm7i.2xlarge');
    await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({
      state: 'stopped',
      instance_type: 'm7i.large',
      reason_code: 'instance-type-not-offered',
    });
    expect(await fleet.eventTypes(id)).toContain('command-rejected');
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
  });

  test('whose answer is lost is read back, not done twice', async () => {
    const id = await stopped();
    await fleet.sim('DELETE', '/calls');
    await fleet.sim('POST', '/faults/lost-responses', { api: 'ModifyInstanceAttribute' });
    await resize(id, 'm7i.xlarge');
    expect(await fleet.reaches(id, 'resizing')).toBeTruthy();
    expect(await fleet.reaches(id, 'stopped')).toMatchObject({ instance_type: 'm7i.xlarge' });
    expect((await fleet.callCounts()).ModifyInstanceAttribute?.calls).toBe(1);
  });

  test('that never shows ends in the old type after two minutes', async () => {
    const id = await stopped();
    await fleet.sim('POST', '/faults/errors', { api: 'ModifyInstanceAttribute', code: 'InternalError' });
    await resize(id, 'm7i.xlarge');
    await fleet.reaches(id, 'resizing');
    expect(await fleet.reaches(id, 'stopped', { secondsApart: 20 })).toMatchObject({
      instance_type: 'm7i.large',
      reason_code: 'resize-failed',
    });
  });

  test('terminate does not wait for it', async () => {
    const id = await stopped();
    await fleet.sim('POST', '/faults/errors', { api: 'ModifyInstanceAttribute', code: 'InternalError' });
    await resize(id, 'm7i.xlarge');
    await fleet.reaches(id, 'resizing');
    await fleet.intend(id, 'terminate');
    await fleet.reaches(id, 'terminated');
  });
});

describe('reboot', () => {
  test('is over when the host is ready in another boot', async () => {
    const id = await running();
    const { boot_id, access_epoch } = await fleet.status(id);
    await fleet.intend(id, 'reboot');
    await fleet.reaches(id, 'starting');
    const after = await fleet.reaches(id, 'running');
    expect(after.boot_id).not.toBe(boot_id);
    expect(after.access_epoch).toBeGreaterThan(access_epoch);
    expect((await fleet.history(id)).slice(-3)).toEqual(['running', 'starting', 'running']);
  });

  test('that shows no effect is called again, once it is sure that it has none', async () => {
    const id = await running();
    const { boot_id } = await fleet.status(id);
    await fleet.host(id, { rebootIgnored: true });
    await fleet.sim('DELETE', '/calls');
    await fleet.intend(id, 'reboot');
    await fleet.pass();
    fleet.advance(240);
    for (let i = 0; i < 3; i++) await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({ state: 'starting', boot_id });
    expect((await fleet.callCounts()).RebootInstances?.calls).toBe(1);
    await fleet.host(id, { rebootIgnored: false });
    fleet.advance(70);
    expect((await fleet.reaches(id, 'running')).boot_id).not.toBe(boot_id);
    expect((await fleet.callCounts()).RebootInstances?.calls).toBe(2);
  });

  test('whose answer is lost is one reboot', async () => {
    const id = await running();
    await fleet.sim('DELETE', '/calls');
    await fleet.sim('POST', '/faults/lost-responses', { api: 'RebootInstances' });
    await fleet.intend(id, 'reboot');
    await fleet.reaches(id, 'starting');
    await fleet.reaches(id, 'running');
    expect((await fleet.callCounts()).RebootInstances?.calls).toBe(1);
  });

  test('that AWS refuses for good leaves the desktop running, and the owner is told', async () => {
    const id = await running();
    await fleet.sim('POST', '/faults/errors', { api: 'RebootInstances', code: 'InvalidParameterValue' });
    await fleet.intend(id, 'reboot');
    await fleet.pass();
    expect(await fleet.reaches(id, 'running')).toMatchObject({ desired: 'running' });
    expect(await fleet.eventTypes(id)).toContain('command-rejected');
  });
});
