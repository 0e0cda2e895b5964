import { eventually } from '@deskfleet/testkit';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { goTo, idleEvent } from './due-events.ts';
import { Fleet } from './fleet.ts';
import { FollowedBus } from './followed-bus.ts';

const type = 'deskfleet.idle.detected.v1';

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

/** What the log says became of the event, each time that one was acted on. */
const outcomes = () =>
  fleet.log
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'a desktop was found idle')
    .map(({ outcome, why }) => why ?? outcome);

test('what the idle-monitor publishes is acted on once, and the reconciler is woken', async () => {
  const [id, other] = [await fleet.running('unused'), await fleet.running('used')];
  goTo(fleet, '20:00');
  let woken = 0;
  bus.follow(() => {
    woken += 1;
  });
  const eventId = uuidv7();
  const event = await idleEvent(fleet, id);
  await bus.publish(type, event, eventId);
  await eventually(async () => woken === 1);
  await bus.publish(type, event, eventId);
  await bus.publish(type, await idleEvent(fleet, other));
  await eventually(() => outcomes().length === 2);
  expect(outcomes()).toEqual(['stop', 'stop']);
  await fleet.reaches(id, 'stopped');
});

test('an event that arrives an hour late, as session-manager was down, is void', async () => {
  const id = await fleet.running('back at work');
  goTo(fleet, '20:00');
  await bus.publish(type, await idleEvent(fleet, id));
  fleet.advance(3600);
  bus.follow();
  await eventually(() => outcomes().length === 1);
  expect(outcomes()).toEqual(['observation-too-old']);
  expect(await fleet.status(id)).toMatchObject({ desired: 'running' });
});
