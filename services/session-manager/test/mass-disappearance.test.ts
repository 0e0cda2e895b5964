import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterAll(() => fleet?.close());

test('when EC2 knows none of many desktops any more, nothing is concluded', async () => {
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push(await fleet.running(`desktop ${i}`));
  await fleet.sim('POST', '/reset');
  for (let i = 0; i < 20; i++) {
    fleet.advance(61);
    await fleet.pass();
  }
  for (const id of ids) expect(await fleet.status(id)).toMatchObject({ state: 'running' });
});
