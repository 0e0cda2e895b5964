import { type EventData, schemaNameOf, subjectOf } from '@deskfleet/contracts';
import { type Bus, connectBus } from '@deskfleet/messaging';
import { createTestStream, eventually } from '@deskfleet/testkit';
import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followSchedule } from '../src/adapters/events/follow-schedule.ts';
import { crowd } from './crowd.ts';
import { goTo, startEvent, stopEvent } from './due-events.ts';
import { Fleet } from './fleet.ts';

let fleet: Fleet;
let bus: Bus;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  fleet = await Fleet.open();
  const { natsUrl, streamName, subjectPrefix } = createTestStream();
  bus = connectBus({
    servers: natsUrl,
    name: 'test',
    logger: fleet.logger,
    stream: { name: streamName, subjectPrefix },
  });
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await bus?.close();
  await fleet?.close();
});

type Due = 'start-due' | 'stop-due';

/** What the scheduler publishes. */
async function publish<Type extends Due>(
  type: Type,
  data: EventData<`deskfleet.schedule.${Type}.v1`>,
): Promise<void> {
  const { js } = await bus.connected(AbortSignal.timeout(10_000));
  await bus.ensureStream();
  const name = `deskfleet.schedule.${type}.v1` as const;
  const event = {
    specversion: '1.0',
    id: uuidv7(),
    source: '/deskfleet/scheduler',
    type: name,
    subject: data.sessionId,
    time: fleet.now().toISOString(),
    datacontenttype: 'application/json',
    dataschema: `http://localhost:8080/schemas/${schemaNameOf(name)}.json`,
    data,
  };
  await js.publish(subjectOf(name, data.sessionId, bus.subjectPrefix), JSON.stringify(event));
}

function follow(wake: () => void = () => {}): void {
  const following = followSchedule({
    bus,
    db: fleet.connection.db,
    handlers: fleet.manager.schedule,
    wake,
    logger: fleet.logger,
    metrics: new Registry(),
  });
  closers.push(() => following.stop());
}

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
  follow(() => {
    woken += 1;
  });
  await publish('start-due', await startEvent(fleet, id));
  await eventually(async () => woken === 1);
  await fleet.reaches(id, 'running');
  await fleet.tamper('update api_gateway.sessions set stop_at_close = true', []);
  goTo(fleet, '19:00');
  await publish('stop-due', { ...(await stopEvent(fleet, id)), evenIfConnected: true });
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
  await Promise.all(rows.map(({ id }) => publish('start-due', { ...event, sessionId: String(id) })));
  let wakeUps = 0;
  const begun = performance.now();
  follow(() => {
    wakeUps += 1;
  });
  await eventually(async () => (await wantedBySchedule()) === due, { timeoutMs: 60_000 });
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(`${due} starts due: ${JSON.stringify({ perSecond: due / seconds, wakeUps })}\n`);
  // Not a pass over the fleet for each event.
  expect(wakeUps).toBeLessThanOrEqual(2 * seconds + 1);
}, 120_000);
