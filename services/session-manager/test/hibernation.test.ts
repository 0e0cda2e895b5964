import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';

let fleet: Fleet;
let names = 0;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterAll(() => fleet?.close());

const running = () => fleet.running(`sleeper ${names++}`, { hibernation: true });
const hibernate = (id: string) => fleet.intend(id, 'stop', { mode: 'hibernate' });

describe('a desktop with hibernation', () => {
  test('hibernates, and goes on in the same boot', async () => {
    const id = await running();
    const { boot_id } = await fleet.status(id);
    await hibernate(id);
    expect(await fleet.reaches(id, 'hibernated')).toMatchObject({ desired: 'hibernated', reason_code: null });
    await fleet.intend(id, 'start');
    expect(await fleet.reaches(id, 'running')).toMatchObject({ boot_id });
    const told = ['hibernating', 'hibernated', 'provisioning', 'starting', 'running'];
    expect((await fleet.history(id)).slice(-5)).toEqual(told);
    expect((await fleet.eventTypes(id)).slice(-5, -3)).toEqual(['stopping', 'stopped']);
  });

  test('that EC2 stops instead is stopped, and its owner is told what was lost', async () => {
    const id = await running();
    await fleet.host(id, { hibernation: 'falls-back-to-stop' });
    await hibernate(id);
    expect(await fleet.reaches(id, 'stopped')).toMatchObject({
      desired: 'stopped',
      reason_code: 'hibernation-became-stop',
    });
  });

  test('that EC2 refuses to hibernate runs on, and its owner is told', async () => {
    const id = await running();
    await fleet.host(id, { hibernation: 'refused' });
    await hibernate(id);
    await fleet.pass();
    await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({ state: 'running', reason_code: 'hibernation-refused' });
    expect(await fleet.eventTypes(id)).toContain('command-rejected');
    expect(await fleet.states(id)).toEqual(['running']);
  });

  test('that EC2 refuses to hibernate is stopped where the profile says so', async () => {
    const id = await running();
    await fleet.tamper(`update api_gateway.profiles set hibernation_fallback = 'stop'`, []);
    await fleet.host(id, { hibernation: 'refused' });
    await hibernate(id);
    expect(await fleet.reaches(id, 'stopped')).toMatchObject({ desired: 'stopped' });
    await fleet.tamper(`update api_gateway.profiles set hibernation_fallback = 'none'`, []);
  });

  test('whose hibernation hangs raises an alert and is never forced, but by its owner', async () => {
    const id = await running();
    await fleet.host(id, { hibernation: 'hangs' });
    await hibernate(id);
    await fleet.reaches(id, 'hibernating');
    const before = await fleet.alerts('stuck-transition');
    fleet.advance(21 * 60);
    for (let i = 0; i < 3; i++) await fleet.pass();
    expect(await fleet.status(id)).toMatchObject({ state: 'hibernating' });
    expect(await fleet.alerts('stuck-transition')).toBe(before + 1);
    await fleet.intend(id, 'stop', { force: true });
    expect(await fleet.reaches(id, 'stopped')).toMatchObject({ desired: 'stopped' });
  });

  test('is announced once before EC2’s 60 days are over, and not started for it', async () => {
    const id = await running();
    await hibernate(id);
    await fleet.reaches(id, 'hibernated');
    fleet.advance(52 * 24 * 3600);
    await fleet.pass();
    expect(await fleet.eventTypes(id)).not.toContain('hibernation-expiring');
    fleet.advance(2 * 24 * 3600);
    for (let i = 0; i < 3; i++) await fleet.pass();
    expect((await fleet.eventTypes(id)).filter((type) => type === 'hibernation-expiring')).toHaveLength(1);
    expect(await fleet.status(id)).toMatchObject({
      state: 'hibernated',
      reason_code: 'hibernation-expiring',
    });
  });

  test('hibernated at EC2’s console is followed', async () => {
    const id = await running();
    fleet.advance(120);
    const { instance_id } = await fleet.status(id);
    await fleet.sim('POST', `/instances/${instance_id}/stop`, { hibernate: true });
    expect(await fleet.reaches(id, 'hibernated')).toMatchObject({ desired: 'hibernated' });
    expect((await fleet.history(id)).at(-2)).toBe('hibernating (external)');
  });

  test('and one without it stop in one pass each in its own way', async () => {
    const sleeper = await running();
    const plain = await fleet.running('plain');
    await hibernate(sleeper);
    await fleet.intend(plain, 'stop');
    await fleet.pass();
    expect(await fleet.status(sleeper)).toMatchObject({ state: 'hibernating' });
    expect(await fleet.status(plain)).toMatchObject({ state: 'stopping' });
  });
});
