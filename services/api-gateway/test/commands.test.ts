import type { Session, SessionHistory, SessionList } from '@deskfleet/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrangeZones } from './arrange-zones.ts';
import { type Gateway, linuxStack, startTestGateway, windowsStack } from './gateway-fixture.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    RATE_LIMIT_PER_MINUTE: '0',
    DCV_LINUX_SESSION_COUNT: '100',
    DCV_WINDOWS_ALLOW_INSTANCE_CHANGE: 'False',
  });
  await arrangeZones(gateway.owner);
});
afterAll(() => gateway.close());

const intentsOf = async (id: string) => {
  const query =
    'select kind, args, cause from api_gateway.session_intents where session_id = $1 and seq > 1 order by seq';
  return (await gateway.owner.query(query, [id])).rows;
};
const toldOf = async (id: string) => {
  const query = `select event::json as event from api_gateway.outbox where subject like '%' || $1 order by id desc`;
  return (await gateway.owner.query(query, [id])).rows[0].event;
};
const auditOf = async (id: string) => {
  const query =
    'select actor, action, detail from api_gateway.audit_log where session_id = $1 order by id desc limit 1';
  return (await gateway.owner.query(query, [id])).rows[0];
};

let instances = 0;
/** A desktop of hugo's in a state. */
const desktop = async (
  state: string,
  { launch = {}, runtime = {} }: { launch?: object; runtime?: object } = {},
) => {
  const { id } = await gateway.create('hugo', launch);
  await gateway.setState(id, state, {
    instance_id: `i-${++instances}`,
    availability_zone: 'us-east-1b',
    desired: state,
    ...runtime,
  });
  return id;
};
const ask = <Body = Session>(id: string, command: string, body?: object) =>
  gateway.send<Body>('hugo', `POST /v1/sessions/${id}/${command}`, body === undefined ? {} : { body });

describe('hibernating', () => {
  test('is an intent, an event and an audit entry that say so', async () => {
    const id = await desktop('running', { launch: { hibernation: true } });
    const answer = await ask(id, 'stop', { mode: 'hibernate' });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ state: 'running', pendingIntent: { kind: 'stop' } });
    const args = { mode: 'hibernate', force: false };
    expect(await intentsOf(id)).toEqual([{ kind: 'stop', args, cause: 'user:hugo' }]);
    expect(await toldOf(id)).toMatchObject({ type: 'deskfleet.session.stop-requested.v1', data: args });
    expect(await auditOf(id)).toMatchObject({ action: 'session.stop', detail: args });
  });

  test('is refused to a desktop that was launched without it, and to force', async () => {
    const id = await desktop('running');
    const refusal = await ask(id, 'stop', { mode: 'hibernate' });
    expect(refusal.body).toMatchObject({ status: 409, code: 'hibernation-unsupported' });
    const forced = await ask(id, 'stop', { mode: 'hibernate', force: true });
    expect(forced.body).toMatchObject({ status: 400, errors: [{ pointer: '/force' }] });
    expect(await intentsOf(id)).toEqual([]);
  });
});

describe('rebooting', () => {
  test('is an intent, an event and an audit entry', async () => {
    const id = await desktop('running');
    const answer = await ask(id, 'reboot');
    expect(answer.status).toBe(202);
    expect(answer.body.pendingIntent).toMatchObject({ kind: 'reboot' });
    expect(await intentsOf(id)).toEqual([{ kind: 'reboot', args: {}, cause: 'user:hugo' }]);
    expect(await toldOf(id)).toMatchObject({ type: 'deskfleet.session.reboot-requested.v1' });
    expect(await auditOf(id)).toMatchObject({ action: 'session.reboot', actor: 'user:hugo' });
  });

  test.each(['starting', 'stopped', 'hibernated'])('is refused to a desktop that is %s', async (state) => {
    const desired = state === 'starting' ? 'running' : state;
    const id = await desktop(state, { runtime: { desired } });
    expect((await ask(id, 'reboot')).body).toMatchObject({ status: 409, code: 'not-running' });
  });
});

describe('resizing', () => {
  const larger = { instanceType: 'm7i.xlarge' };

  test('is an intent, an event and an audit entry that name the type', async () => {
    const id = await desktop('stopped');
    const answer = await ask(id, 'resize', larger);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ instanceType: 'm7i.large', pendingIntent: { kind: 'resize' } });
    expect(await intentsOf(id)).toEqual([{ kind: 'resize', args: larger, cause: 'user:hugo' }]);
    expect(await toldOf(id)).toMatchObject({
      type: 'deskfleet.session.resize-requested.v1',
      data: { ...larger, generation: 2 },
    });
    expect(await auditOf(id)).toMatchObject({ action: 'session.resize', detail: larger });
  });

  test.each([
    ['to the type that it has', {}, 'm7i.large', 409, 'same-instance-type'],
    [
      'to the type that it has by now',
      { instance_type: 'm7i.xlarge' },
      'm7i.xlarge',
      409,
      'same-instance-type',
    ],
    ['to a type that there is not', {}, 'm99.large', 422, 'unknown-instance-type'],
    ['to another architecture', {}, 'm7g.large', 422, 'instance-type-not-allowed'],
    ['to a type that is hidden', {}, 't3.nano', 422, 'instance-type-not-allowed'],
    ['to too little memory', {}, 't3.small', 422, 'instance-type-not-allowed'],
    ['to a type that its zone does not offer', {}, 'm7i.4xlarge', 422, 'instance-type-not-in-zone'],
    ['while it runs', { state: 'running', desired: 'running' }, 'm7i.xlarge', 409, 'not-stopped'],
  ])('%s is refused', async (_what, runtime, instanceType, status, code) => {
    const id = await desktop('stopped', { runtime });
    const { body } = await ask<object>(id, 'resize', { instanceType });
    expect(body).toMatchObject({ status, code });
    expect(await intentsOf(id)).toEqual([]);
  });

  test('is refused to a desktop with hibernation', async () => {
    const id = await desktop('stopped', { launch: { hibernation: true } });
    expect((await ask(id, 'resize', larger)).body).toMatchObject({
      status: 409,
      code: 'resize-of-hibernating',
    });
  });

  test('is possible when the software stack is not offered any more', async () => {
    const id = await desktop('stopped');
    const setOffer = (enabled: boolean) =>
      gateway.owner.query('update api_gateway.software_stacks set enabled = $1 where id = $2', [
        enabled,
        linuxStack,
      ]);
    await setOffer(false);
    const answer = await ask(id, 'resize', larger);
    await setOffer(true);
    expect(answer.status).toBe(202);
  });

  test('is possible to nobody where the deployment says so, and no capability', async () => {
    const id = await desktop('stopped', { launch: { softwareStackId: windowsStack } });
    for (const user of ['hugo', 'admin']) {
      const answer = await gateway.send(user, `POST /v1/sessions/${id}/resize`, { body: larger });
      expect(answer.body).toMatchObject({ status: 403, code: 'instance-change-not-allowed' });
      const { body } = await gateway.send<Session>(user, `GET /v1/sessions/${id}`);
      expect(body.capabilities).not.toContain('resize');
    }
    const linux = await gateway.send<Session>('hugo', `GET /v1/sessions/${await desktop('stopped')}`);
    expect(linux.body.capabilities).toContain('resize');
  });
});

test('the new states are shown, filtered by and told in the history', async () => {
  const ids: Record<string, string> = {};
  for (const state of ['hibernating', 'hibernated', 'resizing']) {
    const desired = state === 'resizing' ? 'stopped' : 'hibernated';
    const reason = { reason_code: 'for-a-test', reason_sentence: 'Because of a test.' };
    const id = await desktop(state, { runtime: { desired, ...reason }, launch: { hibernation: true } });
    ids[state] = id;
    await gateway.owner.query(
      `insert into session_manager.session_transitions (session_id, from_state, to_state, cause, at)
       values ($1, 'running', $2, 'user:hugo', now())`,
      [id, state],
    );
    const { body } = await gateway.send<SessionList>('hugo', `GET /v1/sessions?state=${state}`);
    expect(body.items.find((session) => session.id === id)).toMatchObject({
      state,
      stateReason: { code: 'for-a-test', sentence: 'Because of a test.' },
    });
    expect(body.items.every((session) => session.state === state)).toBe(true);
    const history = await gateway.send<SessionHistory>('hugo', `GET /v1/sessions/${id}/history`);
    expect(history.body.items[0]).toMatchObject({ from: 'running', to: state });
  }
  const states = 'hibernating,hibernated,resizing';
  const { body } = await gateway.send<SessionList>('hugo', `GET /v1/sessions?state=${states}&limit=200`);
  expect(body.items.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.values(ids)));
});
