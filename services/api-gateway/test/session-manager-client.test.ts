import { signServiceCredential } from '@deskfleet/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSessionManagerClient } from '../src/adapters/session-manager/session-manager-client.ts';
import { type StandInSessionManager, startSessionManager } from './session-manager.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const image = { imageId: 'ami-0a1b2c3d', architecture: 'x86_64', os: 'linux', minRootVolumeGiB: 8 } as const;
const sessionId = '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10';

let sessionManager: StandInSessionManager;
beforeAll(async () => {
  sessionManager = await startSessionManager(key);
  sessionManager.images.set(image.imageId, image);
});
afterAll(() => sessionManager.close());

function client(change: { url?: string; key?: string } = {}) {
  const failures: string[] = [];
  const asked = createSessionManagerClient({
    url: change.url ?? sessionManager.url,
    signCredential: () =>
      signServiceCredential({ key: change.key ?? key, from: 'api-gateway', to: 'session-manager' }),
    onFailure: (error) => failures.push(error.message),
  });
  return { ...asked, failures };
}

test('tells an image, and that there is none', async () => {
  const { inspectImage, failures } = client();
  expect(await inspectImage(image.imageId)).toEqual({ kind: 'image', image });
  expect(await inspectImage('ami-ffffffff')).toEqual({ kind: 'unknown' });
  expect(failures).toEqual([]);
});

test('tells a password, and that there is none', async () => {
  const { windowsPassword } = client();
  const password = { username: 'desktop', password: 'Secret-Passw0rd-of-20' };
  expect(await windowsPassword(sessionId)).toEqual({ kind: 'password', password });
  expect(sessionManager.requests.at(-1)?.path).toBe(`/internal/v1/sessions/${sessionId}/windows-password`);
  sessionManager.answerWith({ status: 409, body: { code: 'password-unavailable' } });
  expect(await windowsPassword(sessionId)).toEqual({ kind: 'refused' });
  sessionManager.answerWith(null);
});

test.each([
  ['an answer that is something else', { status: 200, body: { password: 'hunter2' } }],
  ['a refusal of another kind', { status: 422, body: { code: 'invalid-request' } }],
  ['AWS being away', { status: 503, body: { code: 'service-unavailable' } }],
])('%s is unavailable, and the log is not told a secret', async (_what, answer) => {
  sessionManager.answerWith(answer);
  const { inspectImage, windowsPassword, failures } = client();
  expect(await inspectImage(image.imageId)).toEqual({ kind: 'unavailable' });
  expect(await windowsPassword(sessionId)).toEqual({ kind: 'unavailable' });
  expect(failures).toEqual([
    expect.stringContaining(`answered ${answer.status}`),
    expect.stringContaining(`answered ${answer.status}`),
  ]);
  expect(failures.join()).not.toContain('hunter2');
  sessionManager.answerWith(null);
});

test('a wrong credential and nobody at the address are unavailable', async () => {
  const stranger = client({ key: Buffer.alloc(32, 8).toString('base64') });
  expect(await stranger.inspectImage(image.imageId)).toEqual({ kind: 'unavailable' });
  const away = client({ url: 'http://127.0.0.1:9' });
  expect(await away.windowsPassword(sessionId)).toEqual({ kind: 'unavailable' });
  expect([stranger.failures, away.failures].map(({ length }) => length)).toEqual([1, 1]);
});
