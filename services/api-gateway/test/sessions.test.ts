import { randomUUID } from 'node:crypto';
import { type Session, SessionSchema } from '@deskfleet/contracts';
import { eventually } from '@deskfleet/testkit';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, linuxStack, startTestGateway } from './gateway-fixture.ts';
import { publishAs } from './publish-event.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => gateway.close());

const wish = (change: object = {}) => ({
  name: `desk ${randomUUID()}`,
  softwareStackId: linuxStack,
  instanceType: 'm7i.large',
  ...change,
});

describe('launching', () => {
  test('a desktop writes session, intent, event and audit entry, which know of each other', async () => {
    const answer = await gateway.send<Session>('anna', 'POST /v1/sessions', { body: wish({ name: 'CFD' }) });
    expect(answer.status).toBe(202);
    const session = answer.body;
    expect(session).toMatchObject({
      name: 'CFD',
      owner: 'anna',
      os: 'linux',
      state: 'requested',
      rootVolumeGiB: 30,
      pendingIntent: { kind: 'launch' },
      capabilities: ['stop', 'terminate', 'edit-schedule', 'keep-alive', 'share'],
    });
    expect(Value.Check(SessionSchema, session)).toBe(true);
    expect(answer.headers.get('location')).toBe(`/v1/sessions/${session.id}`);

    const { rows } = await gateway.owner.query(
      `select i.seq, i.kind, i.cause, i.correlation_id, o.event::json as event, a.actor, a.action
       from api_gateway.session_intents i, api_gateway.outbox o, api_gateway.audit_log a
       where i.session_id = $1 and o.subject like '%' || $1 and a.session_id = $1::uuid`,
      [session.id],
    );
    const requestId = answer.headers.get('x-request-id');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ seq: 1, kind: 'launch', cause: 'user:anna', correlation_id: requestId });
    expect(rows[0]).toMatchObject({ actor: 'user:anna', action: 'session.create' });
    expect(rows[0].event).toMatchObject({
      type: 'deskfleet.session.requested.v1',
      source: '/deskfleet/api-gateway',
      correlationid: requestId,
      data: { sessionId: session.id, owner: 'anna', generation: 1, cause: 'user:anna', os: 'linux' },
    });
  });

  test('is in the next GET, as the same session', async () => {
    const created = await gateway.create('anna');
    const got = await gateway.send<Session>('anna', `GET /v1/sessions/${created.id}`);
    expect(got.body).toEqual(created);
    expect(got.headers.get('etag')).toBe('W/"1.1"');
  });

  test('raises a root volume that is smaller than the image needs', async () => {
    expect((await gateway.create('vera', { rootVolumeGiB: 8 })).rootVolumeGiB).toBe(30);
    expect((await gateway.create('vera', { rootVolumeGiB: 100 })).rootVolumeGiB).toBe(100);
  });

  test('refuses a name that a live desktop of the owner has, in any case, and frees it when that one is over', async () => {
    const first = await gateway.create('nora', { name: 'Mine' });
    const again = await gateway.send('nora', 'POST /v1/sessions', { body: wish({ name: 'mine' }) });
    expect(again.body).toMatchObject({ status: 409, code: 'name-taken' });
    expect((await gateway.create('olga', { name: 'Mine' })).owner).toBe('olga');
    await gateway.setState(first.id, 'terminated', { desired: 'terminated' });
    expect((await gateway.create('nora', { name: 'mine' })).name).toBe('mine');
    const over = await gateway.send<Session>('nora', `GET /v1/sessions/${first.id}`);
    expect(over.body).toMatchObject({ state: 'terminated', capabilities: [] });
    expect(over.body.endedAt).not.toBeNull();
  });

  test('waits while the instance types are still unknown', async () => {
    await gateway.owner.query('create table public.kept as table session_manager.instance_types');
    await gateway.owner.query('delete from session_manager.instance_types');
    const answer = await gateway.send('vera', 'POST /v1/sessions', { body: wish() });
    await gateway.owner.query('insert into session_manager.instance_types table public.kept');
    expect(answer.body).toMatchObject({ status: 503, code: 'service-unavailable' });
    expect(answer.headers.get('retry-after')).toBe('5');
  });
});

describe('asking for a change', () => {
  const intentsOf = async (id: string) => {
    const query =
      'select seq, kind, args, cause from api_gateway.session_intents where session_id = $1 order by seq';
    return (await gateway.owner.query(query, [id])).rows;
  };

  test('appends an intent with its event, and shows it as pending until session-manager has applied it', async () => {
    const { id } = await gateway.create('carl');
    await gateway.setState(id, 'running', { instance_id: 'i-1' });
    const stopped = await gateway.send<Session>('carl', `POST /v1/sessions/${id}/stop`, {
      body: { force: true },
    });
    expect(stopped.status).toBe(202);
    expect(stopped.body).toMatchObject({ state: 'running', pendingIntent: { kind: 'stop' } });
    expect(stopped.body.capabilities).toEqual(['start', 'terminate', 'edit-schedule', 'share']);
    expect(await intentsOf(id)).toEqual([
      { seq: 1, kind: 'launch', args: {}, cause: 'user:carl' },
      { seq: 2, kind: 'stop', args: { mode: 'stop', force: true }, cause: 'user:carl' },
    ]);
    await gateway.setState(id, 'stopping', { applied_seq: 2, desired: 'stopped', instance_id: 'i-1' });
    const now = await gateway.send<Session>('carl', `GET /v1/sessions/${id}`);
    expect(now.body).toMatchObject({ state: 'stopping', pendingIntent: null });
    expect(now.headers.get('etag')).toBe('W/"2.1"');
  });

  test.each([
    { state: 'running', desired: 'running', command: 'start', code: 'already-running' },
    { state: 'starting', desired: 'running', command: 'start', code: 'already-starting' },
    { state: 'stopped', desired: 'stopped', command: 'stop', code: 'already-stopped' },
    { state: 'stopping', desired: 'stopped', command: 'stop', code: 'already-stopping' },
    { state: 'error', desired: 'running', command: 'stop', code: 'no-instance' },
    { state: 'terminating', desired: 'terminated', command: 'start', code: 'session-terminating' },
    { state: 'terminated', desired: 'terminated', command: 'stop', code: 'session-terminated' },
  ])('$command of a desktop that is $state is refused: $code', async ({ state, desired, command, code }) => {
    const { id } = await gateway.create(`dora-${state}-${command}`);
    await gateway.setState(id, state, { desired });
    const answer = await gateway.send(`dora-${state}-${command}`, `POST /v1/sessions/${id}/${command}`);
    expect(answer.body).toMatchObject({ status: 409, code });
    expect(await intentsOf(id)).toHaveLength(1);
  });

  test('judges by what was asked last, also when it has not been applied yet', async () => {
    const { id } = await gateway.create('emil');
    expect((await gateway.send('emil', `POST /v1/sessions/${id}/stop`)).status).toBe(202);
    const again = await gateway.send('emil', `POST /v1/sessions/${id}/stop`);
    expect(again.body).toMatchObject({ status: 409, code: 'already-stopping' });
    expect((await gateway.send('emil', `POST /v1/sessions/${id}/start`)).status).toBe(202);
  });

  test('three stops at once wait for each other, and are one intent', async () => {
    const { id } = await gateway.create('erik');
    await gateway.setState(id, 'running', { instance_id: 'i-2' });
    const other = await gateway.owner.connect();
    await other.query('begin');
    await other.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`session:${id}`]);
    const stops = Promise.all([1, 2, 3].map(() => gateway.send('erik', `POST /v1/sessions/${id}/stop`)));
    await eventually(async () => {
      const waiting = `select from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`;
      return (await gateway.owner.query(waiting)).rowCount === 3;
    });
    await other.query('commit');
    other.release();
    expect((await stops).map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    expect(await intentsOf(id)).toHaveLength(2);
  });

  test('deleting twice is one intent and the same answer', async () => {
    const { id } = await gateway.create('fred');
    const first = await gateway.send<Session>('fred', `DELETE /v1/sessions/${id}`);
    const second = await gateway.send<Session>('fred', `DELETE /v1/sessions/${id}`);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first.body);
    expect(await intentsOf(id)).toHaveLength(2);
    await gateway.setState(id, 'terminated', { desired: 'terminated', applied_seq: 2 });
    const over = await gateway.send('fred', `DELETE /v1/sessions/${id}`);
    expect(over.body).toMatchObject({ status: 409, code: 'session-terminated' });
  });
});

test('SessionTerminated frees the name of a session without anybody asking for a new one', async () => {
  const { id } = await gateway.create('tina');
  await gateway.setState(id, 'terminated', { desired: 'terminated' });
  await publishAs(gateway, 'deskfleet.session.terminated.v1', { sessionId: id, owner: 'tina' });
  await eventually(async () => {
    const found = await gateway.owner.query('select ended_at from api_gateway.sessions where id = $1', [id]);
    return found.rows[0].ended_at !== null;
  });
});
