import { randomBytes } from 'node:crypto';
import type { Problem } from '@deskfleet/contracts';
import { DateTime } from 'luxon';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { type InternalHttp, serveInternalHttp } from './internal-http.ts';

let fleet: Fleet;
let http: InternalHttp;
beforeAll(async () => {
  fleet = await Fleet.open();
  http = await serveInternalHttp(fleet);
});
afterEach(() => fleet.sim('DELETE', '/faults'));
afterAll(async () => {
  await http?.close();
  await fleet?.close();
});

const inspectPath = '/internal/v1/images/inspect';
const inspect = (image: unknown) => http.post(inspectPath, { image });
const nobody = '0199c4a0-0000-7000-8000-000000000000';
const passwordPath = (id: string) => `/internal/v1/sessions/${id}/windows-password`;
const isAway = { api: 'DescribeImages', code: 'RequestLimitExceeded' };

async function problem(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Problem;
}

describe('an image', () => {
  test.each([
    [
      'ami-0de5cf1ee70022001',
      { imageId: 'ami-0de5cf1ee70022001', architecture: 'x86_64', os: 'windows', minRootVolumeGiB: 30 },
    ],
    [
      '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
      { imageId: 'ami-0de5cf1ee7000a64a', architecture: 'arm64', os: 'linux', minRootVolumeGiB: 8 },
    ],
  ])('%s is described', async (image, described) => {
    const response = await inspect(image);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(described);
  });

  test.each([
    [
      'an AMI that does not exist or is not shared',
      'ami-0123456789abcdef0',
      /no image ami-0123456789abcdef0/,
    ],
    ['a parameter that does not exist', '/aws/service/no-such-image', /no parameter \/aws\/service\/no-such/],
  ])('422 unknown-image: %s', async (_why, image, sentence) => {
    const response = await inspect(image);
    expect(response.status).toBe(422);
    expect(await problem(response)).toMatchObject({
      code: 'unknown-image',
      detail: expect.stringMatching(sentence),
    });
  });

  test('422 unknown-image: a parameter that session-manager may not read', async () => {
    await fleet.sim('POST', '/faults/errors', { api: 'GetParameter', code: 'AccessDeniedException' });
    const answer = await problem(await inspect('/site/images/private'));
    expect(answer).toMatchObject({ code: 'unknown-image', detail: expect.stringContaining('may not read') });
  });

  test.each([
    ['AWS throttles', 'errors', isAway],
    ['AWS has a bad day', 'errors', { api: 'DescribeImages', code: 'InternalError' }],
    ['AWS does not answer', 'lost-responses', { api: 'DescribeImages', times: 1 }],
    ['our credentials do not suffice', 'errors', { api: 'DescribeImages', code: 'UnauthorizedOperation' }],
  ])('503 with a time to come again: %s', async (_why, kind, fault) => {
    await fleet.sim('POST', `/faults/${kind}`, fault);
    const response = await inspect('ami-0de5cf1ee7000a123');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await problem(response)).toMatchObject({ code: 'service-unavailable' });
  });

  test('is asked about anew each time', async () => {
    await inspect('ami-0de5cf1ee7000b244');
    await fleet.sim('POST', '/faults/errors', { api: 'DescribeImages', code: 'InvalidAMIID.NotFound' });
    expect((await inspect('ami-0de5cf1ee7000b244')).status).toBe(422);
  });
});

describe('a request', () => {
  test.each<[status: number, code: string, why: string, path: string, body: unknown]>([
    [400, 'invalid-request', 'an image that is none', inspectPath, { image: 'ami-1; rm -rf /' }],
    [400, 'invalid-request', 'no image', inspectPath, {}],
    [
      400,
      'invalid-request',
      'an unknown field',
      inspectPath,
      { image: 'ami-0de5cf1ee7000a123', fresh: true },
    ],
    [400, 'invalid-request', 'an id that is none', passwordPath("' or 1=1"), undefined],
    [413, 'body-too-large', 'a body that is too large', inspectPath, { image: 'a'.repeat(5_000) }],
    [404, 'not-found', 'another address', '/internal/v1/images', {}],
    [404, 'not-found', 'the password of no session', passwordPath(nobody), undefined],
  ])('%i %s: %s', async (status, code, _why, path, body) => {
    const response = await http.post(path, body);
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ code });
  });
});

describe('only the gateway may ask', () => {
  const past = { now: () => DateTime.fromISO('2026-11-22T07:55:00Z') };
  const future = { now: () => DateTime.fromISO('2026-11-23T08:00:00Z') };
  const key = randomBytes(32).toString('base64');
  const rows: [why: string, header: () => Promise<string>][] = [
    ['no credential', async () => ''],
    ['another scheme', async () => `Basic ${await http.sign()}`],
    ['a wrong key', async () => `Bearer ${await http.sign({ key })}`],
    ['another service', async () => `Bearer ${await http.sign({ from: 'token-service' })}`],
    ['session-manager itself', async () => `Bearer ${await http.sign({ from: 'session-manager' })}`],
    ['a credential for another service', async () => `Bearer ${await http.sign({ to: 'token-service' })}`],
    ['an expired credential', async () => `Bearer ${await http.sign({ clock: past })}`],
    ['a credential of tomorrow', async () => `Bearer ${await http.sign({ clock: future })}`],
    ['no algorithm', async () => `Bearer eyJhbGciOiJub25lIn0.${(await http.sign()).split('.')[1]}.`],
  ];
  const paths = [inspectPath, passwordPath(nobody)];
  const table = paths.flatMap((path) => rows.map(([why, header]) => [path, why, header] as const));
  test.each(table)('401 at %s: %s', async (path, _why, header) => {
    const response = await http.post(
      path,
      { image: 'ami-0de5cf1ee7000a123' },
      { authorization: await header() },
    );
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problem(response)).toMatchObject({ code: 'not-authenticated' });
  });

  test('and a stranger is refused before the body is read', async () => {
    const response = await fetch(`${http.url}${inspectPath}`, { method: 'POST', body: '{'.repeat(9_000) });
    expect(response.status).toBe(401);
  });

  test('while anybody may ask about health', async () => {
    expect((await fetch(`${http.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${http.url}/readyz`)).status).toBe(200);
  });
});
