import type { Problem } from '@deskfleet/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrangeZones } from './arrange-zones.ts';
import { badAdministration } from './bad-administration.ts';
import { badLifecycleRequests } from './bad-lifecycle-requests.ts';
import { badRequests, good } from './bad-requests.ts';
import { badSchedules } from './bad-schedules.ts';
import { type Gateway, linuxStack, startTestGateway, windowsStack } from './gateway-fixture.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ RATE_LIMIT_PER_MINUTE: '0' });
  await arrangeZones(gateway.owner);
});
afterAll(() => gateway.close());

test.each([...badRequests, ...badLifecycleRequests, ...badAdministration, ...badSchedules])(
  '$what is refused with a problem that says what to do, and nothing is written',
  async (bad) => {
    const before = await gateway.writtenRows();
    const { body, headers } = bad;
    const answer = await gateway.send<Problem>(bad.user ?? 'alice', bad.route ?? 'POST /v1/sessions', {
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
    });
    expect(answer.body).toMatchObject({
      status: bad.status,
      code: bad.code,
      type: `/docs/problems#${bad.code}`,
    });
    expect(answer.status).toBe(bad.status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
    const told = [answer.body.detail, ...(answer.body.errors ?? []).map(({ detail }) => detail)].join(' ');
    if (bad.says) expect(told).toMatch(bad.says);
    if (bad.pointer) expect(answer.body.errors?.map(({ pointer }) => pointer)).toContain(bad.pointer);
    expect(await gateway.writtenRows()).toEqual(before);
  },
);

describe('several faults', () => {
  test('of form are told at once', async () => {
    const body = { name: '', softwareStackId: 'x', rootVolumeGiB: 'big', extra: 1 };
    const answer = await gateway.send('alice', 'POST /v1/sessions', { body });
    const pointers = [...new Set(answer.body.errors?.map(({ pointer }) => pointer))].sort();
    expect(pointers).toEqual(['/extra', '/instanceType', '/name', '/rootVolumeGiB', '/softwareStackId']);
  });

  test('of meaning are told at once', async () => {
    const body = { ...good, instanceType: 'x2gd.large', rootVolumeGiB: 5000 };
    const answer = await gateway.send('alice', 'POST /v1/sessions', { body });
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual(['/instanceType', '/rootVolumeGiB']);
  });
});

test('a stack that is switched off answers like one that does not exist', async () => {
  await gateway.owner.query('update api_gateway.software_stacks set enabled = false where id = $1', [
    windowsStack,
  ]);
  const body = { ...good, softwareStackId: windowsStack };
  const answer = await gateway.send('alice', 'POST /v1/sessions', { body });
  expect(answer.body.code).toBe('unknown-software-stack');
  const stacks = await gateway.send<{ items: { id: string }[] }>('alice', 'GET /v1/software-stacks');
  const ids = stacks.body.items.map(({ id }) => id);
  expect([ids.includes(linuxStack), ids.includes(windowsStack)]).toEqual([true, false]);
  await gateway.owner.query('update api_gateway.software_stacks set enabled = true');
});
