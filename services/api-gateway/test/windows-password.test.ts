import type { Problem, Session, WindowsPassword } from '@deskfleet/contracts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Gateway, linuxStack, startTestGateway, windowsStack } from './gateway-fixture.ts';

let gateway: Gateway;
let windows: string;
beforeAll(async () => {
  gateway = await startTestGateway();
  windows = (await gateway.create('alice', { softwareStackId: windowsStack })).id;
});
afterAll(() => gateway.close());
beforeEach(async () => {
  gateway.sessionManager.answerWith(null);
  await gateway.owner.query(`delete from api_gateway.audit_log where action = 'session.show-password'`);
  await gateway.setState(windows, 'running', { instance_id: 'i-1' });
});

const ask = <Body = Problem>(user = 'alice', id = windows) =>
  gateway.send<Body>(user, `POST /v1/sessions/${id}/windows-password`);
const audited = async () => {
  const query = `select actor, detail, source_address, session_id from api_gateway.audit_log
    where action = 'session.show-password'`;
  return (await gateway.owner.query(query)).rows;
};

test('the owner of a Windows desktop sees its account, which no cache may keep', async () => {
  const answer = await ask<WindowsPassword>();
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ username: 'desktop', password: 'Secret-Passw0rd-of-20' });
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('that it was shown is in the audit log, and the password is not', async () => {
  const { body, headers } = await ask<WindowsPassword>();
  const rows = await audited();
  expect(rows).toEqual([
    {
      actor: 'user:alice',
      detail: { requestId: headers.get('x-request-id'), username: body.username },
      source_address: '127.0.0.1',
      session_id: windows,
    },
  ]);
  expect(JSON.stringify(rows)).not.toContain(body.password);
});

test('a password whose showing cannot be audited is not shown', async () => {
  await gateway.owner.query(
    `alter table api_gateway.audit_log add constraint none check (action <> 'session.show-password')`,
  );
  const answer = await ask();
  await gateway.owner.query('alter table api_gateway.audit_log drop constraint none');
  expect(answer.status).toBe(500);
  expect(answer.body).not.toHaveProperty('password');
  expect(await audited()).toEqual([]);
});

test("an administrator may not see somebody's password, and others do not see the desktop", async () => {
  expect((await ask('admin')).body).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await ask('bob')).body).toMatchObject({ status: 404, code: 'not-found' });
  expect(await audited()).toEqual([]);
});

test.each([
  ['terminated', { desired: 'terminated' }],
  ['terminating', { desired: 'terminated', instance_id: 'i-1' }],
  ['requested', { instance_id: null }],
])('a desktop that is %s has no password to show', async (state, change) => {
  await gateway.setState(windows, state, change);
  expect((await ask()).body).toMatchObject({ status: 409, code: 'password-unavailable' });
});

test('a Linux desktop has none', async () => {
  const { id } = await gateway.create('alice', { softwareStackId: linuxStack });
  await gateway.setState(id, 'running', { instance_id: 'i-2' });
  const answer = await ask('alice', id);
  expect(answer.body).toMatchObject({ status: 409, code: 'password-unavailable' });
  expect(answer.body.detail).toContain('Windows');
});

test.each([404, 409])('what session-manager refuses with %i is a conflict', async (status) => {
  gateway.sessionManager.answerWith({ status, body: {} });
  expect((await ask()).body).toMatchObject({ status: 409, code: 'password-unavailable' });
  expect(await audited()).toEqual([]);
});

test.each([500, 401])('a session-manager that answers %i is a passing trouble', async (status) => {
  gateway.sessionManager.answerWith({ status, body: {} });
  const answer = await ask();
  expect(answer.body).toMatchObject({ status: 503, code: 'service-unavailable' });
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(answer.text).not.toContain(gateway.sessionManager.url);
});

test('only the owner of a Windows desktop is offered it', async () => {
  const see = async (user: string, id: string) =>
    (await gateway.send<Session>(user, `GET /v1/sessions/${id}`)).body.capabilities;
  expect(await see('alice', windows)).toContain('show-password');
  expect(await see('admin', windows)).not.toContain('show-password');
});
