import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDesktop, RunningSystem } from './running-system.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
  await system.imagesTake(2);
}, 90_000);
afterAll(() => system?.remove());

test('an image of a desktop becomes a software stack, from which another desktop is launched', async () => {
  const [alice, admin] = [await system.as('alice'), await system.as('admin')];
  const watching = new AbortController();
  const live: string[] = [];
  await alice.watch((type) => live.push(type), watching.signal);

  const { id } = await alice.launch('well equipped');
  await alice.reaches(id, 'running');
  const image = await admin.image(id, 'Well equipped');
  const stackId = await admin.becomesStack(image.id);

  expect((await alice.call('GET', `/v1/images/${image.id}`)).body).toMatchObject({
    state: 'available',
    progressPercent: 100,
    softwareStackId: stackId,
  });
  expect(live).toEqual(
    expect.arrayContaining(['deskfleet.image.requested.v1', 'deskfleet.image.available.v1']),
  );
  watching.abort();
  expect(await alice.session(id)).toMatchObject({ state: 'running' });

  const copy = await alice.launch('copy', stackId);
  expect(copy.softwareStack).toEqual({ id: stackId, name: 'Well equipped' });
  await alice.reaches(copy.id, 'running');
  const [original, launched] = [await system.instancesOf(id), await system.instancesOf(copy.id)];
  expect(launched[0]?.imageId).not.toBe(original[0]?.imageId);
  expect(await openDesktop((await alice.connect(copy.id)).browserUrl)).toMatchObject({ result: 'yes' });
}, 180_000);
