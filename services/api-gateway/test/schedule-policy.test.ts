import { type Profile, type Schedule, type Session, workingWeek } from '@deskfleet/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadGatewayConfig, schedulePolicyOf } from '../src/config.ts';
import { type Gateway, linuxStack, startTestGateway } from './gateway-fixture.ts';
import { newProfile, newStack } from './new-entries.ts';
import { alwaysOn, paris, scheduleSteps } from './schedule-steps.ts';

const notAllowed = { status: 422, code: 'schedule-change-not-allowed' };
const launchOf = (schedule: Schedule, softwareStackId = linuxStack) => ({
  body: { name: 'desk', softwareStackId, instanceType: 'm7i.large', schedule },
});

async function expectRefusals(gateway: Gateway, softwareStackId: string): Promise<void> {
  const steps = scheduleSteps(gateway);
  const { id, capabilities } = await gateway.create('anna', { softwareStackId });
  expect(capabilities).not.toContain('edit-schedule');
  const before = [await steps.stored(id), await gateway.writtenRows()];
  const put = await steps.sentAs('anna').put<object>(id, alwaysOn);
  expect(put.body).toMatchObject({ ...notAllowed, errors: [{ pointer: '', code: notAllowed.code }] });
  const launch = await gateway.send('anna', 'POST /v1/sessions', launchOf(alwaysOn, softwareStackId));
  expect(launch.body).toMatchObject({
    ...notAllowed,
    errors: [{ pointer: '/schedule', code: notAllowed.code }],
  });
  expect([await steps.stored(id), await gateway.writtenRows()]).toEqual(before);

  const shown = await gateway.send<Session>('admin', `GET /v1/sessions/${id}`);
  expect(shown.body.capabilities).toContain('edit-schedule');
  expect((await steps.sentAs('admin').put(id, alwaysOn)).status).toBe(200);
  const own = await gateway.send('admin', 'POST /v1/sessions', launchOf(alwaysOn, softwareStackId));
  expect(own.status).toBe(202);
}

describe('a profile that forbids it', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
  });
  afterAll(() => gateway.close());

  test('keeps users, and no administrators, from choosing schedules', async () => {
    const wish = newProfile({ usersMayChangeSchedule: false });
    const profile = await gateway.send<Profile>('admin', 'POST /v1/admin/profiles', { body: wish });
    const stack = await gateway.send<{ id: string }>('admin', 'POST /v1/admin/software-stacks', {
      body: newStack({ profileId: profile.body.id }),
    });
    await expectRefusals(gateway, stack.body.id);
    const other = await gateway.create('anna', { schedule: alwaysOn });
    expect(other.capabilities).toContain('edit-schedule');
  });
});

describe('a deployment that forbids it', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startTestGateway({
      RATE_LIMIT_PER_MINUTE: '0',
      TIMEZONE: 'Europe/Paris',
      DCV_ALLOW_DEFAULT_SCHEDULE_UPDATE: 'False',
    });
  });
  afterAll(() => gateway.close());

  test('keeps users, and no administrators, from choosing schedules', async () => {
    await expectRefusals(gateway, linuxStack);
    const schedule = { ...paris, mayChange: false };
    expect((await gateway.send('anna', 'GET /v1/schedules/default')).body).toEqual(schedule);
    const asAdmin = await gateway.send('admin', 'GET /v1/schedules/default');
    expect(asAdmin.body).toEqual({ ...schedule, mayChange: true });
  });

  test('lets users keep desktops running and pause them', async () => {
    const { id } = await gateway.create('berta');
    expect((await scheduleSteps(gateway).sentAs('berta').keepAlive(id)).status).toBe(200);
  });

  test('has its settings checked, all faults at once', () => {
    const load = (change: Record<string, string>) => {
      const { config } = loadGatewayConfig({ ...gateway.environment, ...change });
      return schedulePolicyOf(config);
    };
    expect(load({})).toEqual({ standard: workingWeek, timezone: 'Europe/Paris', usersMayChange: false });
    const allDay = Object.fromEntries(
      Object.keys(workingWeek.week).map((day) => [day, { start: 1440, stop: 1440 }]),
    );
    const { standard } = load({ DCV_DEFAULT_SCHEDULE: JSON.stringify(allDay) });
    expect(standard.week.monday).toEqual({ type: 'run-all-day' });
    for (const TIMEZONE of ['Europe/Pariss', '+02:00', 'IST', 'utc']) {
      expect(() => load({ TIMEZONE })).toThrow(
        /TIMEZONE is ".*", which is not a time zone of the IANA database/,
      );
    }
    expect(() => load({ DCV_DEFAULT_SCHEDULE: 'Mon-Fri' })).toThrow(
      /DCV_DEFAULT_SCHEDULE is not a JSON object\. Example: DCV_DEFAULT_SCHEDULE=\{"monday":\{"start":480,"stop":1140\}/,
    );
    expect(() => load({ DCV_DEFAULT_SCHEDULE: '{"week": {}}' })).toThrow(
      /DCV_DEFAULT_SCHEDULE has at week what/,
    );
  });
});
