import type { Session, SessionList } from '@deskfleet/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';
import { neverOn, scheduleSteps } from './schedule-steps.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '1000' });
});
afterAll(() => gateway.close());

const minutesFromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const idleOf = async (id: string, user = 'alice') =>
  (await gateway.send<Session>(user, `GET /v1/sessions/${id}`)).body.idle;

/** A desktop that runs outside of its hours, and of which idle-monitor has written that it stops in ten minutes. */
async function warnedDesktop(change: { unknownChecks?: number } = {}) {
  const { id } = await gateway.create('alice', { schedule: neverOn });
  await gateway.setState(id, 'running', { state_since: minutesFromNow(-180) });
  const [checkedAt, since, stopsAt] = [minutesFromNow(-5), minutesFromNow(-50), minutesFromNow(10)];
  const sentence = 'Stops Thu 21:40 if unused: idle since Thu 20:40.';
  await gateway.owner.query(
    `insert into idle_monitor.idle_state
       (session_id, next_check_at, status, reason, sentence, checked_at, idle_since, stops_at, warned_at, unknown_checks)
     values ($1, now(), 'idle', 'unused', $2, $3, $4, $5, $3, $6)`,
    [id, sentence, checkedAt, since, stopsAt, change.unknownChecks ?? 0],
  );
  const [sinceText, stopsAtText] = [since.toISOString(), stopsAt.toISOString()];
  const told = { checkedAt: checkedAt.toISOString(), sentence, since: sinceText, stopsAt: stopsAtText };
  return { id, told: { status: 'idle', needsAttention: false, ...told } };
}

test('what idle-monitor has written is shown of one desktop and in the list', async () => {
  const { id, told } = await warnedDesktop();
  expect(await idleOf(id)).toEqual(told);
  const { body } = await gateway.send<SessionList>('alice', 'GET /v1/sessions');
  expect(body.items.find((session) => session.id === id)?.idle).toEqual(told);
});

test('a desktop that is not running is not checked, and one that nobody has looked at neither', async () => {
  const created = await gateway.create('alice', { schedule: neverOn });
  expect(created.idle).toMatchObject({ status: 'not-checked', sentence: 'It is checked while it runs.' });
  await gateway.setState(created.id, 'running');
  expect(await idleOf(created.id)).toMatchObject({ status: 'not-checked', checkedAt: null });
  const { id } = await warnedDesktop();
  await gateway.setState(id, 'stopped', { desired: 'stopped' });
  expect(await idleOf(id)).toMatchObject({ status: 'not-checked', stopsAt: null });
  await gateway.setState(id, 'running');
  expect(await idleOf(id)).toMatchObject({ status: 'not-checked', stopsAt: null });
});

test('after a keep-alive no stop is named any more', async () => {
  const { id } = await warnedDesktop();
  const { body } = await scheduleSteps(gateway).sentAs('alice').keepAlive(id);
  expect(body.idle).toMatchObject({ status: 'active', since: null, stopsAt: null });
  expect(body.idle.sentence).toMatch(/^Kept running until \w{3} \d\d:\d\d\.$/);
  expect(await idleOf(id)).toEqual(body.idle);
});

test('a desktop that could not be told three times in a row needs attention', async () => {
  expect((await idleOf((await warnedDesktop({ unknownChecks: 3 })).id, 'admin')).needsAttention).toBe(true);
});
