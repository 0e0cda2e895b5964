import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterAll(() => fleet?.close());

test('desktops that EC2 does not show yet, just launched, alarm nobody', async () => {
  await fleet.sim('PATCH', '/faults', { describeLagSeconds: 30 });
  for (let i = 0; i < 5; i++) await fleet.request(`new ${i}`);
  for (let i = 0; i < 4; i++) {
    await fleet.pass();
    fleet.advance(5);
  }
  expect(await fleet.alerts('mass-disappearance')).toBe(0);
  await fleet.sim('PATCH', '/faults', { describeLagSeconds: 0 });
});

test('when EC2 knows none of many desktops any more, nothing is concluded', async () => {
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push(await fleet.running(`desktop ${i}`));
  await fleet.sim('POST', '/reset');
  for (let i = 0; i < 20; i++) {
    fleet.advance(61);
    await fleet.pass();
  }
  for (const id of ids) expect(await fleet.status(id)).toMatchObject({ state: 'running' });
  expect(await fleet.alerts('mass-disappearance')).toBeGreaterThan(0);
});

test('a termination that AWS accepted ends, though EC2 has forgotten many desktops meanwhile', async () => {
  const id = await fleet.running('ended');
  await fleet.intend(id, 'terminate');
  await fleet.reaches(id, 'terminating');
  await fleet.sim('POST', '/reset');
  for (let i = 0; i < 14; i++) {
    fleet.advance(61);
    await fleet.pass();
  }
  expect(await fleet.status(id)).toMatchObject({ state: 'terminated', reason_code: null });
});
