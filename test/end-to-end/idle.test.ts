import { weekOf } from '@deskfleet/contracts';
import { eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, RunningSystem } from './running-system.ts';

/** An hour lasts seconds here: idle after 18 s, the warning 8 s before, CPU over 6 s, a check each 2 s. */
const seconds = {
  DCV_LINUX_STOP_IDLE_SESSION: '0.005',
  IDLE_WARNING_MINUTES: '0.14',
  DCV_IDLE_CPU_WINDOW_MINUTES: '0.1',
  IDLE_CHECK_INTERVAL_MINUTES: '0.034',
  DCV_SCHEDULE_GRACE_PERIOD_IN_HOURS: '0',
};
const off = { timezone: 'UTC', week: weekOf({ type: 'stop-all-day' }), exceptions: [] };

let system: RunningSystem;
let alice: ApiUser;
const watching = new AbortController();
const heard: { type: string; sessionId: string }[] = [];

beforeAll(async () => {
  system = await RunningSystem.start(seconds);
  alice = await system.as('alice');
  await steer('/delays', { metricPeriodSeconds: 1, metricLagSeconds: 0 });
  await alice.watch((type, data) => heard.push({ type, sessionId: idOf(data) }), watching.signal);
}, 90_000);
afterAll(async () => {
  watching.abort();
  await system?.remove();
});

function idOf(event: unknown): string {
  return (event as { data: { sessionId: string } }).data.sessionId;
}

async function steer(path: string, change: object): Promise<void> {
  const answer = await fetch(`${system.embedded.urls.awsSimulator}/_sim${path}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
}

/** A desktop outside its hours whose CPU is at this. */
async function desktop(name: string, cpuPercent: number): Promise<string> {
  const { id } = await alice.launch(name);
  const { status } = await alice.call('PUT', `/v1/sessions/${id}/schedule`, off);
  expect(status).toBe(200);
  await alice.reaches(id, 'running');
  const [instance] = await system.instancesOf(id);
  await steer(`/instances/${instance?.instanceId}`, { cpuPercent });
  return id;
}

/** As the viewer does for as long as its page is open. */
async function stayConnected(id: string): Promise<void> {
  const url = new URL((await alice.connect(id)).browserUrl);
  const body = { sessionId: url.hash.slice(1), authToken: url.searchParams.get('authToken'), keepOpen: true };
  const answer = await fetch(`${url.origin}${url.pathname}auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: watching.signal,
  });
  expect(answer.status).toBe(200);
  // A page reads what the desktop shows for as long as it is open.
  void answer.text().catch(() => undefined);
  expect((await system.instancesOf(id))[0]?.connections).toHaveLength(1);
}

const toldOf = (id: string) =>
  heard.filter(({ type, sessionId }) => sessionId === id && type.includes('idle')).map(({ type }) => type);
const hears = (id: string, type: string, times = 1) =>
  eventually(() => toldOf(id).filter((each) => each.endsWith(`idle.${type}.v1`)).length >= times, {
    timeoutMs: 60_000,
  });

test('an unused desktop is warned of, kept, and then stopped; used ones stay, and each says why', async () => {
  const [unused, connected, computing] = (await Promise.all([
    desktop('unused', 2),
    desktop('connected', 2),
    desktop('computing', 80),
  ])) as [string, string, string];
  await stayConnected(connected);

  await hears(unused, 'warning');
  expect((await alice.session(unused)).idle).toMatchObject({
    status: 'idle',
    stopsAt: expect.any(String),
    sentence: expect.stringMatching(/^Stops \w+ \d\d:\d\d if unused: idle since /),
  });

  await alice.call('POST', `/v1/sessions/${unused}/keep-alive`, { minutes: 30 });
  await hears(unused, 'activity-observed');
  const kept = await alice.session(unused);
  expect(kept.idle).toMatchObject({ status: 'active', stopsAt: null });
  expect(kept.idle.sentence).toMatch(/^Not stopped: it is kept running until /);

  await alice.call('PUT', `/v1/sessions/${unused}/overrides`, { keepRunningUntil: null });
  await hears(unused, 'warning', 2);
  const stopped = await alice.reaches(unused, 'stopped', 60_000);
  expect(stopped.stateReason).toMatchObject({
    code: 'idle',
    sentence: expect.stringMatching(/^Nobody has used it since /),
  });
  expect(stopped.idle.status).toBe('not-checked');

  // Both have been unused by the clock for longer than the one that has been stopped.
  const inUse = await alice.session(connected);
  expect(inUse.state).toBe('running');
  expect(inUse.idle.sentence).toMatch(/somebody is connected|last used/);
  const busy = await alice.session(computing);
  expect(busy.state).toBe('running');
  expect(busy.idle.sentence).toBe('Not stopped: CPU 80 % over the last 0.1 min (threshold 15 %).');
  expect([...toldOf(connected), ...toldOf(computing)].filter((type) => type.endsWith('detected.v1'))).toEqual(
    [],
  );
}, 150_000);
