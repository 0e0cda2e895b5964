import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { expectOneRunning, forgetLaunch } from './situations.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterAll(() => fleet?.close());

const running = () => fleet.running(`console ${names++}`);

describe('somebody used the console', () => {
  const settle = () => fleet.advance(120);

  test('stop and start there are followed, and never fought', async () => {
    const id = await running();
    const { instance_id } = await fleet.status(id);
    settle();
    await fleet.sim('POST', `/instances/${instance_id}/stop`);
    expect(await fleet.reaches(id, 'stopped')).toMatchObject({ desired: 'stopped' });
    settle();
    await fleet.sim('POST', `/instances/${instance_id}/start`);
    expect(await fleet.reaches(id, 'running')).toMatchObject({ desired: 'running' });
    expect(
      (await fleet.history(id)).filter((step) => step.includes('external')).length,
    ).toBeGreaterThanOrEqual(2);
    await expectOneRunning(fleet, id);
  });

  test('a termination there ends the session, and the record says why', async () => {
    const id = await running();
    const { instance_id } = await fleet.status(id);
    await fleet.sim('POST', `/instances/${instance_id}/terminate`);
    expect(await fleet.reaches(id, 'terminated')).toMatchObject({ reason_code: 'terminated-externally' });
  });

  test('an instance that EC2 has forgotten is gone after three looks over ten minutes, not before', async () => {
    const id = await running();
    await fleet.tamper(
      `update session_manager.session_runtime set instance_id = 'i-0000000000000dead' where session_id = $1`,
      [id],
    );
    settle();
    for (let i = 0; i < 3; i++) await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({ state: 'running' });
    expect(await fleet.reaches(id, 'terminated', { secondsApart: 61 })).toMatchObject({
      reason_code: 'instance-gone',
    });
  });
});

describe('instances that no session owns', () => {
  test('one of an open attempt is adopted, and not launched again', async () => {
    const id = await running();
    await forgetLaunch(fleet, id);
    await fleet.reaches(id, 'running');
    await expectOneRunning(fleet, id);
  });

  test('one of a session that our records call terminated is terminated', async () => {
    const id = await running();
    await fleet.tamper(
      `update session_manager.session_runtime set state = 'terminated' where session_id = $1`,
      [id],
    );
    await fleet.pass();
    fleet.advance(60);
    expect(await fleet.states(id)).toEqual(['terminated']);
  });

  test('one that our records do not know is left alone', async () => {
    const id = await running();
    await fleet.tamper(`delete from session_manager.session_transitions where session_id = $1`, [id]);
    await fleet.tamper(`delete from session_manager.launch_attempts where session_id = $1`, [id]);
    await fleet.tamper(`delete from session_manager.session_runtime where session_id = $1`, [id]);
    await fleet.tamper(`delete from api_gateway.session_intents where session_id = $1`, [id]);
    await fleet.pass();
    fleet.advance(60);
    await fleet.pass();
    expect(await fleet.states(id)).toEqual(['running']);
  });
});
