import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { expectOneRunning, forgetLaunch } from './situations.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterEach(() => fleet.sim('DELETE', '/faults'));
afterAll(() => fleet?.close());

const request = () => fleet.request(`bad day ${names++}`);
const running = () => fleet.running(`bad day ${names++}`);
const error = (api: string, code: string, times?: number) =>
  fleet.sim('POST', '/faults/errors', { api, code, ...(times && { times }) });
const loseAnswer = (api: string) => fleet.sim('POST', '/faults/lost-responses', { api });

describe('EC2 refuses a launch', () => {
  test('no capacity in one zone: the desktop comes up in another', async () => {
    await fleet.sim('POST', '/faults/no-capacity', { instanceType: 'm7i.large', zone: 'us-east-1a' });
    await fleet.sim('POST', '/faults/no-capacity', { instanceType: 'm7i.large', zone: 'us-east-1b' });
    const id = await request();
    expect(await fleet.reaches(id, 'running')).toMatchObject({ availability_zone: 'us-east-1c' });
    await expectOneRunning(fleet, id);
  });

  test('no capacity anywhere: an error that says so, and a retry that works later', async () => {
    await fleet.sim('POST', '/faults/no-capacity', { instanceType: 'm7i.large' });
    const id = await request();
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: 'no-capacity', instance_id: null });
    expect(await fleet.states(id)).toEqual([]);
    await fleet.sim('DELETE', '/faults/no-capacity');
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
    await expectOneRunning(fleet, id);
  });

  test.each([
    ['UnauthorizedOperation', 'not-authorized-at-aws'],
    ['VcpuLimitExceeded', 'account-limit'],
    ['InvalidParameterValue', 'refused-by-aws'],
  ])('%s: an error with a reason, and no instance', async (code, reason) => {
    await error('RunInstances', code);
    const id = await request();
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: reason });
    expect(await fleet.states(id)).toEqual([]);
  });

  test.each(['RequestLimitExceeded', 'InternalError', 'ServiceUnavailable'])(
    '%s three times: the launch is repeated, and there is one instance',
    async (code) => {
      await error('RunInstances', code, 3);
      const id = await request();
      await fleet.reaches(id, 'running');
      await expectOneRunning(fleet, id);
    },
  );

  test('the answer is lost after the effect: the same request finds the instance', async () => {
    await loseAnswer('RunInstances');
    const id = await request();
    await fleet.reaches(id, 'running');
    await expectOneRunning(fleet, id);
  });

  test('a refusal for another cause after a lost answer concludes nothing', async () => {
    await loseAnswer('RunInstances');
    const id = await request();
    await fleet.pass({ everything: false });
    await error('RunInstances', 'UnauthorizedOperation');
    for (let i = 0; i < 5; i++) {
      fleet.advance(120);
      await fleet.pass({ everything: false });
    }
    expect(await fleet.status(id)).toMatchObject({
      state: 'requested',
      reason_code: 'not-authorized-at-aws',
    });
    await fleet.sim('DELETE', '/faults/errors');
    await fleet.reaches(id, 'running');
    await expectOneRunning(fleet, id);
  });

  test('a refusal after a crash that kept the answer from being recorded concludes nothing', async () => {
    const id = await running();
    await forgetLaunch(fleet, id);
    await error('RunInstances', 'UnauthorizedOperation');
    await fleet.pass({ everything: false });
    expect(await fleet.attempts(id)).toEqual(['open']);
    await fleet.sim('DELETE', '/faults/errors');
    await fleet.reaches(id, 'running');
    await expectOneRunning(fleet, id);
  });

  test('terminate while the answer is lost: what was launched is found and terminated', async () => {
    await loseAnswer('RunInstances');
    const id = await request();
    await fleet.pass();
    await fleet.intend(id, 'terminate');
    await fleet.reaches(id, 'terminated');
    expect(await fleet.states(id)).toEqual(['terminated']);
  });

  test('the image cannot be found: an error with a reason', async () => {
    await fleet.tamper(
      `update api_gateway.software_stacks set image = '/no/such/parameter' where os = 'windows'`,
      [],
    );
    const id = await fleet.request('no image', { os: 'windows' });
    expect(await fleet.reaches(id, 'error')).toMatchObject({ reason_code: 'image-gone' });
  });
});

describe('EC2 refuses a start, a stop or a termination', () => {
  test('no capacity to start: stays stopped with the reason, and the owner is told', async () => {
    const id = await running();
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await error('StartInstances', 'InsufficientInstanceCapacity');
    await fleet.intend(id, 'start');
    for (let i = 0; i < 12; i++) {
      await fleet.pass();
      fleet.advance(120);
    }
    expect(await fleet.status(id)).toMatchObject({
      state: 'stopped',
      desired: 'stopped',
      reason_code: 'no-capacity',
    });
    expect(await fleet.eventTypes(id)).toContain('command-rejected');
    await fleet.sim('DELETE', '/faults');
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
  });

  test.each(['stop', 'terminate'] as const)(
    'a %s whose answer is lost, or that fails, is done in the end',
    async (kind) => {
      const id = await running();
      const api = kind === 'stop' ? 'StopInstances' : 'TerminateInstances';
      await error(api, 'InternalError', 2);
      await loseAnswer(api);
      await fleet.intend(id, kind);
      const end = kind === 'stop' ? 'stopped' : 'terminated';
      await fleet.reaches(id, end);
      expect(await fleet.states(id)).toEqual([end]);
    },
  );

  test('one bad id does not keep the others from being stopped', async () => {
    const [good, bad] = [await running(), await running()];
    await fleet.tamper(
      `update session_manager.session_runtime set instance_id = 'i-00000000000000bad' where session_id = $1`,
      [bad],
    );
    await fleet.intend(good, 'stop');
    await fleet.intend(bad, 'stop');
    await fleet.reaches(good, 'stopped');
  });

  test('a start that EC2 drops again and again ends in error, and a retry works', async () => {
    const id = await running();
    const { instance_id } = await fleet.status(id);
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await fleet.intend(id, 'start');
    for (let i = 0; i < 20; i++) {
      await fleet.pass();
      fleet.advance(15);
      const [state] = await fleet.states(id);
      if (state === 'running') await fleet.sim('POST', `/instances/${instance_id}/stop`);
      fleet.advance(60);
    }
    expect(await fleet.status(id)).toMatchObject({ state: 'error', reason_code: 'instance-not-running' });
    await fleet.intend(id, 'start');
    await fleet.reaches(id, 'running');
  });

  test('a start that can never work stays stopped with the reason', async () => {
    const id = await running();
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped');
    await error('StartInstances', 'UnsupportedOperation');
    await fleet.intend(id, 'start');
    await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({ desired: 'stopped', reason_code: 'refused-by-aws' });
  });

  test('a stop that hangs is forced', async () => {
    const id = await running();
    const { instance_id } = await fleet.status(id);
    await fleet.sim('PATCH', `/instances/${instance_id}`, { stopHangs: true });
    await fleet.intend(id, 'stop');
    await fleet.reaches(id, 'stopped', { secondsApart: 60 });
    expect(await fleet.states(id)).toEqual(['stopped']);
  });
});

describe('hosts', () => {
  test('DCV that never answers: an error that keeps the machine, heals by itself, and does not bill for ever', async () => {
    const id = await request();
    await fleet.reaches(id, 'provisioning');
    const { instance_id } = await fleet.status(id);
    await fleet.sim('PATCH', `/instances/${instance_id}`, { dcv: 'never-ready' });
    expect(await fleet.reaches(id, 'error', { secondsApart: 60 })).toMatchObject({
      reason_code: 'dcv-not-ready',
    });
    expect(await fleet.states(id)).toEqual(['running']);

    await fleet.reaches(id, 'stopped', { secondsApart: 3600 });
    expect(await fleet.history(id)).toContain('stopping (reconciler)');
    expect(await fleet.status(id)).toMatchObject({ reason_code: 'stopped-after-error' });

    await fleet.intend(id, 'start');
    await fleet.sim('PATCH', `/instances/${instance_id}`, { dcv: 'ok' });
    await fleet.reaches(id, 'running');
  });

  test('an SSM agent that is silent delays its own desktop only', async () => {
    const [silent, other] = [await request(), await request()];
    await fleet.reaches(silent, 'provisioning');
    const { instance_id } = await fleet.status(silent);
    await fleet.sim('PATCH', `/instances/${instance_id}`, { agent: 'silent' });
    await fleet.reaches(other, 'running');
    expect(await fleet.status(silent)).toMatchObject({ state: 'starting' });
    await fleet.sim('PATCH', `/instances/${instance_id}`, { agent: 'ok' });
    await fleet.reaches(silent, 'running');
  });
});
