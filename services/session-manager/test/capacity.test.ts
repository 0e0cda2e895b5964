import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { goTo, startDue } from './due-events.ts';
import { Fleet } from './fleet.ts';
import { subnets } from './fleet-rows.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open({ CAPACITY_RETRY_WINDOW_MINUTES: '10' });
  await fleet.learnPlaces();
});
afterEach(async () => {
  await fleet.sim('DELETE', '/faults');
  await profile({});
  fleet.advance(3600);
});
afterAll(() => fleet?.close());

const name = () => `scarce ${names++}`;
const exhaust = (instanceType: string, zone?: string, free?: number) =>
  fleet.sim('POST', '/faults/no-capacity', {
    instanceType,
    ...(zone && { zone }),
    ...(free !== undefined && { free }),
  });
/** As the loop makes them while something is in motion. */
async function passes(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await fleet.pass();
    fleet.advance(2);
  }
}
const profile = ({ fallback = [] as string[], allowed = [] as string[] }) =>
  fleet.tamper('update api_gateway.profiles set fallback_instance_types = $1, allowed_subnets = $2', [
    fallback,
    allowed,
  ]);

async function stopped(instanceType: string): Promise<string> {
  const id = await fleet.running(name(), { instanceType });
  await fleet.intend(id, 'stop');
  await fleet.reaches(id, 'stopped');
  return id;
}

/** Until the window in which capacity is looked for is over. */
async function waitsInVain(ids: string[]): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await fleet.pass();
    const statuses = await Promise.all(ids.map((id) => fleet.status(id)));
    if (statuses.every(({ desired }) => desired === 'stopped')) return;
    fleet.advance(15);
  }
}

describe('a launch without capacity', () => {
  test('tries every zone, and then the fallback types in their order', async () => {
    await profile({ fallback: ['m6i.large', 'm7a.large'] });
    await exhaust('m7i.large');
    await exhaust('m6i.large');
    const id = await fleet.request(name());
    expect(await fleet.reaches(id, 'running')).toMatchObject({
      instance_type: 'm7a.large',
      reason_code: 'fallback-instance-type',
    });
    const tried = (await fleet.read(
      `select request->>'instanceType' as type from session_manager.launch_attempts where session_id = $1 order by number`,
      [id],
    )) as { type: string }[];
    expect(tried.map(({ type }) => type)).toEqual([
      ...Array(3).fill('m7i.large'),
      ...Array(3).fill('m6i.large'),
      'm7a.large',
    ]);
  });

  test('goes on looking within the retry window, and says when it tries again', async () => {
    await exhaust('m7i.large');
    const id = await fleet.request(name());
    await passes(5);
    const waiting = await fleet.status(id);
    expect(waiting).toMatchObject({ state: 'requested', reason_code: 'no-capacity' });
    expect(waiting.reason_sentence).toMatch(/us-east-1a.*tries again at \d\d:\d\d UTC/);
    await fleet.sim('DELETE', '/faults/no-capacity');
    await fleet.reaches(id, 'running', { secondsApart: 30 });
  });

  test('ends in an error that says what was tried when the window is over', async () => {
    await profile({ fallback: ['m6i.large'] });
    await exhaust('m7i.large');
    await exhaust('m6i.large');
    const id = await fleet.request(name());
    const { reason_sentence } = await fleet.reaches(id, 'error', { secondsApart: 60 });
    expect(reason_sentence).toMatch(/m7i\.large in us-east-1a, us-east-1b, us-east-1c; m6i\.large in/);
  });

  test('of an exhausted type costs other launches no calls', async () => {
    await exhaust('m7i.large');
    const poor = await Promise.all(Array.from({ length: 8 }, () => fleet.request(name())));
    await passes(12);
    await fleet.sim('DELETE', '/calls');
    const rich = await fleet.request(name(), { instanceType: 'c7i.large' });
    await passes(3);
    expect(await fleet.status(rich)).toMatchObject({ state: 'provisioning' });
    expect((await fleet.callCounts()).RunInstances?.calls).toBe(1);
    for (const id of poor) await fleet.intend(id, 'terminate');
    await fleet.pass();
    for (const id of poor) expect(await fleet.status(id)).toMatchObject({ state: 'terminated' });
  });

  test('in the subnet that the user chose is not made in another', async () => {
    await exhaust('m7i.large', 'us-east-1a');
    const id = await fleet.request(name(), { subnetId: subnets.a });
    await fleet.reaches(id, 'error', { secondsApart: 60 });
    expect(await fleet.states(id)).toEqual([]);
  });

  test('keeps to the subnets that the profile allows', async () => {
    await profile({ allowed: [subnets.c] });
    for (let i = 0; i < 4; i++) {
      const id = await fleet.request(name());
      expect(await fleet.reaches(id, 'provisioning')).toMatchObject({ availability_zone: 'us-east-1c' });
    }
  });
});

describe('a start without capacity', () => {
  // The incident: six starts were due, for two there was no capacity, and two others were skipped for hours.
  test('of two of six that the schedule starts: four start at once, and the two say why until there is capacity', async () => {
    const scarce = [await stopped('g4dn.xlarge'), await stopped('r7i.large')];
    const plenty = await Promise.all(Array.from({ length: 4 }, () => stopped('m7i.large')));
    await exhaust('g4dn.xlarge');
    await exhaust('r7i.large');
    goTo(fleet, '08:00');
    for (const id of [...scarce, ...plenty]) await startDue(fleet, id);
    await passes(5);
    for (const id of plenty) expect(await fleet.status(id)).toMatchObject({ state: 'provisioning' });
    fleet.advance(60);
    await passes(3);
    for (const id of scarce) {
      expect(await fleet.status(id)).toMatchObject({ state: 'stopped', reason_code: 'no-capacity' });
    }
    await waitsInVain(scarce);
    for (const id of scarce) {
      expect(await fleet.status(id)).toMatchObject({ desired: 'stopped', reason_code: 'no-capacity' });
      // Nobody had asked, so there is no request that could be rejected.
      expect((await fleet.eventTypes(id)).at(-1)).toBe('automatic-change-failed');
    }
    await fleet.sim('DELETE', '/faults/no-capacity');
    for (const id of scarce) await startDue(fleet, id);
    for (const id of scarce) {
      expect(await fleet.reaches(id, 'running', { secondsApart: 30 })).toMatchObject({ reason_code: null });
    }
  });

  test('takes what there is: of five, the two that find room start, and the others stay stopped, told so', async () => {
    await profile({ allowed: [subnets.b] });
    const ids = await Promise.all(Array.from({ length: 5 }, () => stopped('r7i.large')));
    await exhaust('r7i.large', 'us-east-1b', 2);
    for (const id of ids) await fleet.intend(id, 'start');
    for (let i = 0; i < 60; i++) {
      await fleet.pass();
      fleet.advance(15);
    }
    const statuses = await Promise.all(ids.map((id) => fleet.status(id)));
    expect(statuses.filter(({ state }) => state === 'running')).toHaveLength(2);
    const left = statuses.filter(({ state }) => state !== 'running');
    for (const status of left) {
      expect(status).toMatchObject({ state: 'stopped', desired: 'stopped', reason_code: 'no-capacity' });
    }
  });
});
