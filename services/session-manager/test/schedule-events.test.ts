import { eventually } from '@deskfleet/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crowd } from './crowd.ts';
import { goTo, startEvent, stopEvent } from './due-events.ts';
import { Fleet } from './fleet.ts';
import { FollowedBus } from './followed-bus.ts';

let fleet: Fleet;
let bus: FollowedBus;
beforeEach(async () => {
  fleet = await Fleet.open();
  bus = new FollowedBus(fleet);
});
afterEach(async () => {
  await bus?.close();
  await fleet?.close();
});

async function wantedBySchedule(): Promise<number> {
  const [row] = await fleet.read(
    `select count(*)::int from session_manager.session_runtime where desired = 'running' and desired_cause = 'schedule'`,
  );
  return Number(row?.count);
}

test('what the scheduler publishes is acted on, and the reconciler is woken', async () => {
  const id = await fleet.running('as told');
  await fleet.intend(id, 'stop');
  await fleet.reaches(id, 'stopped');
  goTo(fleet, '08:00');
  let woken = 0;
  bus.follow(() => {
    woken += 1;
  });
  await bus.publish('deskfleet.schedule.start-due.v1', await startEvent(fleet, id));
  await eventually(async () => woken === 1);
  await fleet.reaches(id, 'running');
  await fleet.tamper('update api_gateway.sessions set stop_at_close = true', []);
  goTo(fleet, '19:00');
  await bus.publish('deskfleet.schedule.stop-due.v1', {
    ...(await stopEvent(fleet, id)),
    evenIfConnected: true,
  });
  await eventually(async () => woken === 2);
  await fleet.reaches(id, 'stopped');
});

/** `SCALE=full npx vitest run …` takes all that are due at one minute; every run of the tests takes a sample. */
const due = process.env.SCALE === 'full' ? 3000 : 500;

test(`${due} starts due at one minute are taken up within it`, async () => {
  await crowd(fleet, due, 'stopped');
  goTo(fleet, '08:00');
  const rows = await fleet.read('select session_id as id from session_manager.session_runtime');
  const event = await startEvent(fleet, String(rows[0]?.id));
  await Promise.all(
    rows.map(({ id }) => bus.publish('deskfleet.schedule.start-due.v1', { ...event, sessionId: String(id) })),
  );
  let wakeUps = 0;
  const begun = performance.now();
  bus.follow(() => {
    wakeUps += 1;
  });
  await eventually(async () => (await wantedBySchedule()) === due, { timeoutMs: 60_000 });
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(`${due} starts due: ${JSON.stringify({ perSecond: due / seconds, wakeUps })}\n`);
  // Not a pass over the fleet for each event.
  expect(wakeUps).toBeLessThanOrEqual(2 * seconds + 1);
}, 120_000);
