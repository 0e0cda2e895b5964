import { randomUUID } from 'node:crypto';
import { type Schedule, type Session, SessionScheduleSchema, workingWeek } from '@deskfleet/contracts';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, linuxStack, startTestGateway } from './gateway-fixture.ts';
import { alwaysOn, everyDay, neverOn, onForDays, paris, scheduleSteps } from './schedule-steps.ts';

let gateway: Gateway;
let steps: ReturnType<typeof scheduleSteps>;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0', DCV_LINUX_SESSION_COUNT: '1000' });
  steps = scheduleSteps(gateway);
});
afterAll(() => gateway.close());

const launch = (user: string, change: object = {}, headers = {}) =>
  gateway.send<Session>(user, 'POST /v1/sessions', {
    body: { name: `desk ${randomUUID()}`, softwareStackId: linuxStack, instanceType: 'm7i.large', ...change },
    headers,
  });
const timezoneOf = (user: string, timezone: string | null) =>
  gateway.send(user, 'PATCH /v1/me', { body: { timezone } });

describe('launching', () => {
  test('without a schedule takes the default, in the zone of the deployment', async () => {
    const { id, schedule } = await gateway.create('anna');
    expect(schedule).toMatchObject({
      timezone: 'UTC',
      summary: expect.stringMatching(/^Mon–Fri 08:00–19:00, UTC; /),
    });
    expect((await steps.stored(id)).schedule).toEqual({ ...workingWeek, timezone: 'UTC' });
  });

  test('without a schedule takes the default in the user’s own zone', async () => {
    await timezoneOf('ben', 'Asia/Tokyo');
    const before = await gateway.send<Schedule & { mayChange: boolean }>('ben', 'GET /v1/schedules/default');
    expect(before.body).toEqual({ ...workingWeek, timezone: 'Asia/Tokyo', mayChange: true });
    const { id, schedule } = await gateway.create('ben');
    expect(schedule.timezone).toBe('Asia/Tokyo');
    await timezoneOf('ben', null);
    expect((await steps.stored(id)).schedule.timezone).toBe('Asia/Tokyo');
    expect((await gateway.create('ben')).schedule.timezone).toBe('UTC');
  });

  test('with a schedule keeps it', async () => {
    const { id, schedule } = await gateway.create('anna', { schedule: alwaysOn });
    expect(schedule).toEqual({
      summary: 'Always on',
      timezone: 'UTC',
      scheduledNow: true,
      nextTransition: null,
    });
    const { scheduledNow, nextTransition, summary, ...fields } = (await steps.sentAs('anna').read(id)).body;
    expect(fields).toEqual(alwaysOn);
  });

  test('again with the same key is the same desktop, in whatever order the fields of its schedule come', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const { week, exceptions, timezone } = onForDays();
    const name = `desk ${randomUUID()}`;
    const first = await launch('carl', { name, schedule: { week, exceptions, timezone } }, headers);
    const again = await launch('carl', { name, schedule: { timezone, exceptions, week } }, headers);
    expect([first.status, again.status, again.text]).toEqual([202, 202, first.text]);
    const other = await launch('carl', { name, schedule: { ...neverOn, timezone } }, headers);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
  });

  test('keeps nothing when the schedule has faults', async () => {
    const before = await gateway.writtenRows();
    const answer = await launch('anna', { schedule: { ...paris, timezone: 'Europe/Pariss' } });
    expect(answer.body).toMatchObject({
      status: 422,
      code: 'unknown-timezone',
      errors: [
        {
          pointer: '/schedule/timezone',
          code: 'unknown-timezone',
          detail: expect.stringMatching(/Europe\/Paris/),
        },
      ],
    });
    expect(await gateway.writtenRows()).toEqual(before);
  });
});

describe('reading', () => {
  test('shows the schedule, what it means now, and an ETag', async () => {
    const schedule = onForDays();
    const { id } = await gateway.create('dora', { schedule });
    const { status, body, headers } = await steps.sentAs('dora').read(id);
    expect(status).toBe(200);
    expect(Value.Check(SessionScheduleSchema, body)).toBe(true);
    const at = `${schedule.exceptions[0]?.from}T00:00:00.000Z`;
    expect(body).toMatchObject({ ...schedule, scheduledNow: true, nextTransition: { at, type: 'close' } });
    expect(body.summary).toMatch(/^Every day all day, UTC; until \w{3} 00:00 \(Maintenance\)$/);
    expect(headers.get('etag')).toMatch(/^W\/"\d+"$/);
  });

  test('lists tell the same of each', async () => {
    const { id } = await gateway.create('ella', { schedule: neverOn });
    const list = await gateway.send<{ items: Session[] }>('ella', 'GET /v1/sessions');
    const one = await gateway.send<Session>('ella', `GET /v1/sessions/${id}`);
    expect(list.body.items).toEqual([one.body]);
    expect(one.body.schedule).toEqual({
      summary: 'Never started by the clock',
      timezone: 'UTC',
      scheduledNow: false,
      nextTransition: null,
    });
  });
});

describe('replacing', () => {
  test('keeps the new schedule, and tells of it by an event and an audit entry', async () => {
    const { id } = await gateway.create('emil');
    const before = await steps.stored(id);
    const answer = await steps.sentAs('emil').put(id, paris);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(paris);
    expect((await steps.sentAs('emil').read(id)).body).toEqual(answer.body);
    const after = await steps.stored(id);
    expect(after).toMatchObject({ schedule: paris, spec_version: before.spec_version + 1, generation: 1 });
    expect(after.schedule_changed_at > before.schedule_changed_at).toBe(true);
    const { event, audit } = await steps.told(id);
    expect(event).toMatchObject({
      type: 'deskfleet.session.schedule-changed.v1',
      correlationid: answer.headers.get('x-request-id'),
      data: {
        sessionId: id,
        owner: 'emil',
        generation: 1,
        cause: 'user:emil',
        changed: ['schedule'],
        keepRunningUntil: null,
        pauseUntil: null,
      },
    });
    expect(audit).toMatchObject({
      actor: 'user:emil',
      action: 'session.change-schedule',
      source_address: '127.0.0.1',
      detail: { schedule: paris },
    });
  });

  test('takes what GET answered, and ignores what follows from the schedule', async () => {
    const { id } = await gateway.create('fred', { schedule: neverOn });
    const { body } = await steps.sentAs('fred').read(id);
    const lies = { ...body, summary: 'Always on', scheduledNow: true, nextTransition: 7 };
    for (const sent of [body, lies]) {
      expect((await steps.sentAs('fred').put(id, sent)).body).toEqual(body);
    }
    expect((await steps.stored(id)).schedule).toEqual(neverOn);
  });

  test('of two who have read the same, one has to read again', async () => {
    const { id } = await gateway.create('gina');
    const gina = steps.sentAs('gina');
    const seen = (await gina.read(id)).headers.get('etag') ?? '';
    const first = await gina.put(id, paris, { 'if-match': seen });
    const second = await gina.put<object>(id, neverOn, { 'if-match': seen });
    expect(first.status).toBe(200);
    expect(second.body).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect((await steps.stored(id)).schedule).toEqual(paris);
    const now = first.headers.get('etag') ?? '';
    expect(now).not.toBe(seen);
    expect((await gina.put(id, neverOn, { 'if-match': `"other", ${now}` })).status).toBe(200);
    expect((await gina.put(id, neverOn, { 'if-match': '*' })).status).toBe(200);
  });

  test('is not refused because something else of the desktop has changed', async () => {
    const { id } = await gateway.create('gina');
    const gina = steps.sentAs('gina');
    const seen = (await gina.read(id)).headers.get('etag') ?? '';
    await gina.keepAlive(id);
    await gateway.send('gina', `POST /v1/sessions/${id}/stop`);
    expect((await gina.put(id, paris, { 'if-match': seen })).status).toBe(200);
  });

  test('two at once, each with what it has read, are one', async () => {
    const { id } = await gateway.create('hans');
    const seen = (await steps.sentAs('hans').read(id)).headers.get('etag') ?? '';
    const puts = [paris, neverOn, alwaysOn].map((schedule) =>
      steps.sentAs('hans').put(id, schedule, { 'if-match': seen }),
    );
    expect((await Promise.all(puts)).map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  test('is done by an administrator in their own name', async () => {
    const { id } = await gateway.create('ida');
    expect((await steps.sentAs('admin').put(id, paris)).status).toBe(200);
    const { event, audit } = await steps.told(id);
    expect([event.data.cause, event.data.owner, audit.actor]).toEqual(['admin:admin', 'ida', 'admin:admin']);
  });

  test('is not there for anybody else', async () => {
    const { id } = await gateway.create('ida');
    const refused = await steps.sentAs('jan').put<object>(id, paris);
    expect(refused.body).toMatchObject({ status: 404, code: 'not-found' });
    expect((await steps.sentAs('jan').read(id)).status).toBe(404);
    expect((await steps.stored(id)).schedule.timezone).toBe('UTC');
  });

  test.each([
    ['terminated', 'session-terminated'],
    ['terminating', 'session-terminating'],
  ])('is refused when the desktop is %s', async (state, code) => {
    const { id } = await gateway.create('karl');
    await gateway.setState(id, state, { desired: 'terminated' });
    expect((await steps.sentAs('karl').put<object>(id, paris)).body).toMatchObject({ status: 409, code });
    expect((await steps.stored(id)).spec_version).toBe(1);
  });
});

describe('an edit counts as an open', () => {
  const openedBy = async (id: string, schedule: Schedule) => {
    const before = (await steps.stored(id)).schedule_opened_at;
    await steps.sentAs('lena').put(id, schedule);
    const { schedule_opened_at: after, schedule_changed_at: changed } = await steps.stored(id);
    if (after?.getTime() === before?.getTime()) return false;
    expect(after).toEqual(changed);
    return true;
  };

  test('when it brings the desktop into its hours', async () => {
    const { id } = await gateway.create('lena', { schedule: neverOn });
    expect((await steps.stored(id)).schedule_opened_at).toBeNull();
    expect(await openedBy(id, onForDays())).toBe(true);
    expect(await openedBy(id, onForDays())).toBe(false);
    expect(await openedBy(id, neverOn)).toBe(false);
  });

  test('when the hours never close, also when it changes nothing', async () => {
    const { id } = await gateway.create('lena', { schedule: onForDays() });
    expect(await openedBy(id, alwaysOn)).toBe(true);
    expect(await openedBy(id, alwaysOn)).toBe(true);
    expect(await openedBy(id, onForDays())).toBe(false);
  });

  test('and starts a desktop that somebody keeps off, which is said until then', async () => {
    const { id } = await gateway.create('lena', { schedule: alwaysOn });
    await gateway.setState(id, 'running', { instance_id: 'i-1' });
    const stopped = await gateway.send<Session>('lena', `POST /v1/sessions/${id}/stop`);
    const keptOff = 'Always on; stays off until somebody starts it, as you stopped it';
    expect(stopped.body.schedule.summary).toBe(keptOff);
    const cause = { applied_seq: 2, desired: 'stopped', desired_cause: 'user:lena', instance_id: 'i-1' };
    await gateway.setState(id, 'stopped', cause);
    expect((await steps.sentAs('lena').read(id)).body.summary).toBe(keptOff);
    expect((await steps.sentAs('lena').put(id, alwaysOn)).body.summary).toBe('Always on');
  });
});

test('a schedule of everything that can be at most is kept as it is', async () => {
  const day = {
    type: 'custom' as const,
    windows: ['00', '06', '12', '18'].map((hour) => ({ start: `${hour}:00`, end: `${hour}:30` })),
  };
  const exceptions = Array.from({ length: 200 }, (_, i) => ({
    from: `${2026 + (i % 7)}-12-24`,
    to: `${2026 + (i % 7)}-12-26`,
    day,
    note: i === 0 ? 'Noël 🎄' : 'x',
  }));
  const wish = { ...everyDay(day), timezone: 'America/Argentina/Buenos_Aires', exceptions };
  const { id } = await gateway.create('nora');
  expect((await steps.sentAs('nora').put(id, wish)).body).toMatchObject(wish);
  expect((await steps.stored(id)).schedule).toEqual(wish);
});
