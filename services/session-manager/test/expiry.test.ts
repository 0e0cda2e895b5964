import { afterAll, beforeAll, expect, test } from 'vitest';
import { stoppedTooLong } from './due-events.ts';
import { Fleet } from './fleet.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterAll(() => fleet?.close());

async function stopped(): Promise<string> {
  const id = await fleet.running(`forgotten ${names++}`);
  await fleet.intend(id, 'stop');
  await fleet.reaches(id, 'stopped');
  fleet.advance(30 * 24 * 3600);
  return id;
}

test('a desktop that was stopped for too long ends, once, and the record says why to the last', async () => {
  const id = await stopped();
  await stoppedTooLong(fleet, id);
  await stoppedTooLong(fleet, id);
  expect(await fleet.reaches(id, 'terminated')).toMatchObject({
    desired_cause: 'expiry',
    reason_code: 'stopped-too-long',
    reason_sentence: 'It was stopped for 30 days.',
  });
  expect((await fleet.history(id)).slice(-2)).toEqual(['terminating (expiry)', 'terminated (expiry)']);
  expect(await fleet.states(id)).toEqual(['terminated']);
});

test('one that its owner starts at the same moment lives on', async () => {
  const id = await stopped();
  const { state_since } = await fleet.status(id);
  await fleet.intend(id, 'start');
  await stoppedTooLong(fleet, id, { generation: 2, stoppedSince: state_since.toISOString() });
  await fleet.reaches(id, 'running');
  await stoppedTooLong(fleet, id, { stoppedSince: state_since.toISOString() });
  await fleet.pass();
  expect(await fleet.states(id)).toEqual(['running']);
});

test('one that was started and stopped again since lives on', async () => {
  const id = await stopped();
  const { state_since } = await fleet.status(id);
  await fleet.intend(id, 'start');
  await fleet.reaches(id, 'running');
  await fleet.intend(id, 'stop');
  await fleet.reaches(id, 'stopped');
  await stoppedTooLong(fleet, id, { stoppedSince: state_since.toISOString() });
  await fleet.pass();
  expect(await fleet.states(id)).toEqual(['stopped']);
});
