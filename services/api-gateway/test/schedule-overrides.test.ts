import type { Session } from '@deskfleet/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { alwaysOn, neverOn, onForDays, scheduleSteps } from './schedule-steps.ts';

let gateway: Gateway;
let steps: ReturnType<typeof scheduleSteps>;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '1000' });
  steps = scheduleSteps(gateway);
});
afterAll(() => gateway.close());

const hour = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
const alice = () => steps.sentAs('alice');

describe('overrides', () => {
  test('are set, shown and told, and are no intent', async () => {
    const { id } = await gateway.create('alice', { schedule: onForDays() });
    const [keepRunningUntil, pauseUntil] = [inHours(5), inHours(7)];
    const answer = await alice().override(id, { keepRunningUntil, pauseUntil });
    expect(answer.status).toBe(200);
    expect(answer.body.overrides).toEqual({ keepRunningUntil, pauseUntil });
    expect(answer.body.schedule.summary).toMatch(/; paused until \w{3} \d\d:\d\d$/);
    expect((await gateway.send<Session>('alice', `GET /v1/sessions/${id}`)).body).toEqual(answer.body);
    const stored = await steps.stored(id);
    expect(stored).toMatchObject({ spec_version: 2, generation: 1 });
    expect(stored.overrides_changed_at).not.toBeNull();
    const { event, audit } = await steps.told(id);
    expect(event).toMatchObject({
      type: 'deskfleet.session.schedule-changed.v1',
      data: {
        cause: 'user:alice',
        changed: ['keep-running-until', 'pause-until'],
        keepRunningUntil,
        pauseUntil,
      },
    });
    expect(audit).toMatchObject({
      actor: 'user:alice',
      action: 'session.change-overrides',
      detail: { keepRunningUntil, pauseUntil },
    });
  });

  test('that are left out stay, null removes, and nothing changes nothing', async () => {
    const { id } = await gateway.create('alice');
    const [keepRunningUntil, pauseUntil] = [inHours(5), inHours(7)];
    await alice().override(id, { pauseUntil });
    await alice().override(id, { keepRunningUntil });
    const removed = await alice().override(id, { pauseUntil: null });
    expect(removed.body.overrides).toEqual({ keepRunningUntil, pauseUntil: null });
    expect((await steps.told(id)).event.data).toMatchObject({ changed: ['pause-until'], keepRunningUntil });
    const before = [await steps.stored(id), await gateway.writtenRows()];
    expect((await alice().override(id, {})).body).toEqual(removed.body);
    expect([await steps.stored(id), await gateway.writtenRows()]).toEqual(before);
  });

  test('that have passed are not shown', async () => {
    const { id } = await gateway.create('alice');
    await gateway.owner.query(
      `update api_gateway.sessions set keep_running_until = now() - interval '1 second',
         pause_until = now() - interval '1 second' where id = $1`,
      [id],
    );
    const { body } = await gateway.send<Session>('alice', `GET /v1/sessions/${id}`);
    expect(body.overrides).toEqual({ keepRunningUntil: null, pauseUntil: null });
    expect(body.schedule.summary).not.toMatch(/paused/);
  });

  test.each([
    ['past', -1],
    ['more than a year ahead', 367 * 24],
  ])('that are %s are refused, and what is set stays', async (_what, hours) => {
    const { id } = await gateway.create('alice');
    const pauseUntil = inHours(2);
    await alice().override(id, { pauseUntil });
    const { body } = await alice().override<object>(id, {
      keepRunningUntil: inHours(hours),
      pauseUntil: inHours(3),
    });
    expect(body).toMatchObject({
      status: 422,
      code: 'override-out-of-range',
      errors: [{ pointer: '/keepRunningUntil', code: 'override-out-of-range' }],
    });
    expect((await steps.stored(id)).pause_until.toISOString()).toBe(pauseUntil);
  });

  test('removing a pause within the hours counts as an open', async () => {
    const openedBy = async (id: string, change: object) => {
      const before = (await steps.stored(id)).schedule_opened_at;
      await alice().override(id, change);
      return (await steps.stored(id)).schedule_opened_at?.getTime() !== before?.getTime();
    };
    const inside = await gateway.create('alice', { schedule: onForDays() });
    expect(await openedBy(inside.id, { pauseUntil: inHours(5) })).toBe(false);
    expect(await openedBy(inside.id, { pauseUntil: inHours(1) })).toBe(false);
    expect(await openedBy(inside.id, { keepRunningUntil: inHours(1) })).toBe(false);
    expect(await openedBy(inside.id, { pauseUntil: null })).toBe(true);
    expect(await openedBy(inside.id, { pauseUntil: null })).toBe(false);
    const outside = await gateway.create('alice', { schedule: neverOn });
    await alice().override(outside.id, { pauseUntil: inHours(5) });
    expect(await openedBy(outside.id, { pauseUntil: null })).toBe(false);
  });

  test('are for the owner and administrators, until the desktop ends', async () => {
    const { id } = await gateway.create('alice');
    const wish = { pauseUntil: inHours(1) };
    expect((await steps.sentAs('bob').override(id, wish)).status).toBe(404);
    expect((await steps.sentAs('admin').override(id, wish)).status).toBe(200);
    expect((await steps.told(id)).audit.actor).toBe('admin:admin');
    await gateway.setState(id, 'terminated', { desired: 'terminated' });
    expect((await alice().override<object>(id, wish)).body).toMatchObject({
      status: 409,
      code: 'session-terminated',
    });
  });
});

describe('keeping alive', () => {
  const keptFor = ({ overrides }: Session) =>
    Math.round((new Date(overrides.keepRunningUntil ?? 0).getTime() - Date.now()) / 60_000);

  test('is for an hour unless it is said otherwise, and is told', async () => {
    const { id } = await gateway.create('alice');
    const answer = await alice().keepAlive(id);
    expect(answer.status).toBe(200);
    expect(keptFor(answer.body)).toBe(60);
    const { keepRunningUntil } = answer.body.overrides;
    const { event, audit } = await steps.told(id);
    expect(event).toMatchObject({
      type: 'deskfleet.session.keep-alive-requested.v1',
      data: {
        sessionId: id,
        owner: 'alice',
        generation: 1,
        cause: 'user:alice',
        minutes: 60,
        keepRunningUntil,
      },
    });
    expect(audit).toMatchObject({ action: 'session.keep-alive', detail: { minutes: 60, keepRunningUntil } });
    expect(await steps.stored(id)).toMatchObject({ spec_version: 2, generation: 1 });
    expect(keptFor((await alice().keepAlive(id, { minutes: 10_080 })).body)).toBe(10_080);
  });

  test('never shortens what is set', async () => {
    const { id } = await gateway.create('alice');
    const keepRunningUntil = inHours(5);
    await alice().override(id, { keepRunningUntil });
    expect((await alice().keepAlive(id, { minutes: 10 })).body.overrides.keepRunningUntil).toBe(
      keepRunningUntil,
    );
    expect((await steps.told(id)).event.data).toMatchObject({ minutes: 10, keepRunningUntil });
    const changed = (await steps.stored(id)).overrides_changed_at;
    await alice().keepAlive(id, { minutes: 10 });
    expect((await steps.stored(id)).overrides_changed_at > changed).toBe(true);
  });

  test.each([
    ['running', 'running', 200],
    ['starting', 'running', 200],
    ['stopping', 'running', 200],
    ['stopping', 'stopped', 409],
    ['stopped', 'stopped', 409],
    ['error', 'running', 409],
  ])('is possible exactly when it is offered: %s, to be %s', async (state, desired, status) => {
    const { id } = await gateway.create('alice', { schedule: alwaysOn });
    await gateway.setState(id, state, { desired });
    const { body } = await gateway.send<Session>('alice', `GET /v1/sessions/${id}`);
    expect(body.capabilities.includes('keep-alive')).toBe(status === 200);
    const answer = await alice().keepAlive<object>(id);
    expect(answer.status).toBe(status);
    if (status === 409) expect(answer.body).toMatchObject({ code: 'not-running' });
  });
});

test('when a stopped desktop will end is shown as the scheduler has announced it', async () => {
  const { id } = await gateway.create('alice');
  await gateway.owner.query(
    `insert into scheduler.schedule_state (session_id, spec_version, expires_at) values ($1, 1, '2030-01-01T00:00:00Z')`,
    [id],
  );
  const expiry = async () => (await gateway.send<Session>('alice', `GET /v1/sessions/${id}`)).body.expiresAt;
  expect(await expiry()).toBeNull();
  await gateway.setState(id, 'stopped', { desired: 'stopped' });
  expect(await expiry()).toBe('2030-01-01T00:00:00.000Z');
});
