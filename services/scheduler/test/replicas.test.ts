import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hour, minute } from '../src/domain/settings.ts';
import { Clockwork, DrivenClock, type Told } from './clockwork.ts';
import { at, hours, runs, stops, week } from './example-session.ts';

const zones = ['Europe/Paris', 'America/Los_Angeles', 'Asia/Tokyo', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
let clockwork: Clockwork;
beforeEach(async () => {
  clockwork = await Clockwork.open();
});
afterEach(() => clockwork.close());

const edges = (told: Told[]) =>
  told.map(({ type, data }) => `${data.sessionId} ${type.split('.')[2]} ${data.edgeAt}`).sort();

describe('two schedulers on one database', () => {
  test('tell each edge once and each minute once, though both look at the same instants', async () => {
    const clock = new DrivenClock(at('2026-11-24T23:59'));
    const replicas = [clockwork.replica(clock), clockwork.replica(clock)];
    const up = { state: 'running', desired: 'running' };
    for (const zone of zones) {
      await clockwork.add(40, { schedule: week(hours(['08:00', '19:00']), stops, zone), ...up });
    }
    await Promise.all(replicas.map((replica) => replica.pass()));
    await clockwork.told();
    const told: Told[] = [];
    for (let passed = 0; passed < 24 * 60; passed += 30) {
      clock.advance(30 * minute);
      // Twice at the same instant, by both at once: as ticks that are delivered twice.
      for (const _ of [1, 2]) await Promise.all(replicas.map((replica) => replica.pass()));
      told.push(...(await clockwork.told()));
    }
    expect(edges(told.filter(({ type }) => type.includes('start-due')))).toHaveLength(200);
    expect(edges(told.filter(({ type }) => type.includes('stop-due')))).toHaveLength(200);
    expect(new Set(edges(told.filter(({ type }) => type.includes('-due')))).size).toBe(400);
    const minutes = told.filter(({ type }) => type.includes('tick')).map(({ data }) => data.minute);
    expect(minutes).toHaveLength(48);
    expect(new Set(minutes).size).toBe(48);
  });

  test('share what is due between them', async () => {
    const clock = new DrivenClock(at('2026-11-25T07:59:59'));
    const [first, second] = [clockwork.replica(clock), clockwork.replica(clock)];
    await clockwork.add(600, { schedule: week(hours(['08:00', '19:00'])) });
    await first?.pass();
    clock.advance(minute);
    await Promise.all([first?.pass(), second?.pass()]);
    expect(new Set(edges(await clockwork.told('start-due'))).size).toBe(600);
  });
});

describe('a scheduler that was down over night', () => {
  test('tells each session the state of now, once, and only the minute of now', async () => {
    const clock = new DrivenClock(at('2026-11-24T18:00'));
    const scheduler = clockwork.replica(clock);
    const up = { state: 'running', desired: 'running' };
    const [office] = await clockwork.add(1, { schedule: week(hours(['08:00', '19:00'])) });
    const [night] = await clockwork.add(1, { schedule: week(hours(['22:00', '06:00'])), ...up });
    const [always] = await clockwork.add(1, { schedule: week(runs, runs), ...up });
    await scheduler.pass();
    await clockwork.told();
    clock.advance(15 * hour);
    await scheduler.pass();
    const told = await clockwork.told();
    expect(told.filter(({ data }) => data.sessionId === office)).toMatchObject([
      { type: 'deskfleet.schedule.start-due.v1', data: { edgeAt: '2026-11-25T08:00:00.000Z' } },
    ]);
    expect(told.filter(({ data }) => data.sessionId === night)).toMatchObject([
      { type: 'deskfleet.schedule.stop-due.v1', data: { edgeAt: '2026-11-25T06:00:00.000Z' } },
    ]);
    expect(told.filter(({ data }) => data.sessionId === always)).toEqual([]);
    expect(told.filter(({ type }) => type.includes('tick'))).toMatchObject([
      { data: { minute: '2026-11-25T09:00:00.000Z' } },
    ]);
  });
});

describe('a clock that is set back', () => {
  test('by two hours: what was told of the time to come is told when it comes, and minutes go on', async () => {
    const clock = new DrivenClock(at('2026-11-25T07:00'));
    const scheduler = clockwork.replica(clock);
    await clockwork.add(1, {
      schedule: week(hours(['08:00', '19:00'])),
      desiredCause: 'external',
      stateSince: at('2026-11-24T20:00'),
    });
    await scheduler.pass();
    clock.set(at('2026-11-25T08:30'));
    await scheduler.pass();
    expect(await clockwork.told('start-due')).toHaveLength(1);
    clock.set(at('2026-11-25T06:30'));
    clock.advance(minute);
    await scheduler.pass();
    expect((await clockwork.told('tick')).map(({ data }) => data.minute)).toEqual([
      '2026-11-25T06:31:00.000Z',
    ]);
    clock.advance(89 * minute);
    await scheduler.pass();
    expect(await clockwork.told('start-due')).toMatchObject([
      { data: { edgeAt: '2026-11-25T08:00:00.000Z' } },
    ]);
  });

  test('while no scheduler ran: the same', async () => {
    const clock = new DrivenClock(at('2026-11-25T08:30'));
    await clockwork.add(1, { schedule: week(hours(['08:00', '19:00'])) });
    await clockwork.replica(clock).pass();
    expect(await clockwork.told('start-due')).toHaveLength(1);
    clock.set(at('2026-11-25T07:58'));
    const next = clockwork.replica(clock);
    await next.pass();
    clock.advance(2 * minute);
    await next.pass();
    expect(await clockwork.told('start-due')).toHaveLength(1);
  });
});

test('a session whose schedule cannot be followed holds up no other', async () => {
  const clock = new DrivenClock(at('2026-11-25T08:30'));
  const schedule = week(hours(['08:00', '19:00']));
  await clockwork.add(1, { schedule: { ...schedule, timezone: 'Atlantis/Capital' } });
  const [other] = await clockwork.add(1, { schedule });
  await clockwork.replica(clock).pass();
  expect((await clockwork.told('start-due')).map(({ data }) => data.sessionId)).toEqual([other]);
});

describe('events that were lost', () => {
  test('a new schedule, a new session and a stop are found within minutes, and an ended session is dropped', async () => {
    const clock = new DrivenClock(at('2026-11-25T10:00'));
    const scheduler = clockwork.replica(clock, { changes: { expiry: { linux: 4, windows: 0 } } });
    const [changed, ended] = await clockwork.add(2, { schedule: week(stops) });
    await scheduler.pass();
    await clockwork.told();
    await clockwork.query(
      `update api_gateway.sessions set schedule = $2, schedule_changed_at = $3, schedule_opened_at = $3,
         spec_version = spec_version + 1 where id = $1`,
      [changed, JSON.stringify(week(hours(['08:00', '19:00']))), at('2026-11-25T10:01')],
    );
    await clockwork.query('update api_gateway.sessions set ended_at = now() where id = $1', [ended]);
    const [added] = await clockwork.add(1, { schedule: week(hours(['08:00', '19:00'])) });
    clock.advance(5 * minute);
    await scheduler.pass();
    const starts = await clockwork.told('start-due');
    expect(starts.map(({ data }) => data.sessionId).sort()).toEqual([added, changed].sort());
    const known = await clockwork.query('select session_id from scheduler.schedule_state');
    expect(known.map(({ session_id }) => session_id).sort()).toEqual([added, changed].sort());
  });
});

describe('settings', () => {
  test('that are changed hold for sessions that were looked at before', async () => {
    const clock = new DrivenClock(at('2026-11-25T10:00'));
    await clockwork.add(5, { schedule: week(stops), stateSince: at('2026-11-01T10:00') });
    await clockwork.replica(clock).pass();
    expect(await clockwork.told('expiry-announced')).toEqual([]);
    const tight = { changes: { expiry: { linux: 240 * hour, windows: 0 } } };
    await clockwork.replica(clock, tight).pass();
    const announced = await clockwork.told('expiry-announced');
    expect(announced.map(({ data }) => data.terminatesAt)).toEqual(Array(5).fill('2026-11-30T10:00:00.000Z'));
    const state = await clockwork.query('select distinct expires_at from scheduler.schedule_state');
    expect(state).toEqual([{ expires_at: at('2026-11-30T10:00') }]);
  });

  test('an automatic lead is learnt from the starts of the software stack', async () => {
    const clock = new DrivenClock(at('2026-11-25T06:00'));
    const ids = await clockwork.add(6, { schedule: week(hours(['08:00', '19:00'])) });
    // Ten starts of each took a minute, and one took four.
    await clockwork.query(
      `insert into session_manager.session_transitions (session_id, from_state, to_state, cause, at)
       select s, null, step.state, 'schedule', now() - (n || ' hours')::interval + (step.seconds || ' seconds')::interval
       from unnest($1::uuid[]) s, generate_series(20, 10, -1) n,
         lateral (values ('stopped', 0, 1), ('provisioning', 10, 2), ('starting', 20, 3),
           ('running', 10 + case when n = 10 then 240 else 60 end, 4)) step(state, seconds, place)
       order by s, n desc, step.place`,
      [ids],
    );
    const scheduler = clockwork.replica(clock, { lead: 'auto' });
    await scheduler.pass();
    const due = await clockwork.query(
      'select min(next_transition_at), max(next_transition_at) from scheduler.schedule_state',
    );
    const [{ min, max } = {}] = due as { min: Date; max: Date }[];
    // Nine of ten took a minute: two minutes before the window opens, spread over the first of them.
    expect(min?.getTime()).toBeGreaterThanOrEqual(at('2026-11-25T07:58').getTime());
    expect(max?.getTime()).toBeLessThan(at('2026-11-25T07:59').getTime());
  });
});
