import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createRecords,
  newKey,
  post,
  type Records,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

/** Any code point, halves of surrogate pairs among them. */
const anyCharacter = fc.nat({ max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code));

const refusal =
  '<auth result="no"><message>The connection was refused. Get a new one from the portal.</message></auth>';
const form = 'application/x-www-form-urlencoded';
let records: Records;
let service: ServiceUnderTest;
let token: string;
let sessionId: string;

beforeAll(async () => {
  records = await createRecords();
  await records.addUser('alice');
  const databaseUrl = records.database.urlFor('token_service');
  service = await startService({
    databaseUrl,
    keys: [newKey()],
    denialLimits: { perAddress: 50, inAll: 50 },
  });
  sessionId = await records.addRunningSession({ privateIp: '127.0.0.1' });
  token = (await service.tokenFor(sessionId)).token;
});
afterAll(async () => {
  await service.close();
  await records.drop();
});

describe('a question that is none is answered no', () => {
  const good = () => `sessionId=${sessionId}&authenticationToken=${token}`;
  type Row = [status: number, why: string, body: () => string, type?: string];
  const table: Row[] = [
    [200, '(the good question)', good],
    [400, 'nothing in it', () => ''],
    [400, 'no token', () => `sessionId=${sessionId}`],
    [400, 'no session', () => `authenticationToken=${token}`],
    [400, 'an empty token', () => `sessionId=${sessionId}&authenticationToken=`],
    [400, 'two tokens', () => `${good()}&authenticationToken=${token}`],
    [400, 'two sessions', () => `${good()}&sessionId=${sessionId}`],
    [400, 'two client addresses', () => `${good()}&clientAddress=1.2.3.4&clientAddress=1.2.3.5`],
    [400, 'a token over 4 KiB', () => `sessionId=${sessionId}&authenticationToken=${'x'.repeat(4_097)}`],
    [400, 'an endless session id', () => `sessionId=${'x'.repeat(5_000)}&authenticationToken=${token}`],
    [400, 'an endless client address', () => `${good()}&clientAddress=${'1'.repeat(1_000)}`],
    [400, 'a client address with a NUL', () => `${good()}&clientAddress=1.2.3.4%00`],
    [400, 'a client address with a line break', () => `${good()}&clientAddress=1.2.3.4%0a1`],
    [413, 'a body over 16 KiB', () => `${good()}&more=${'x'.repeat(16_384)}`],
    [415, 'JSON', () => JSON.stringify({ sessionId, authenticationToken: token }), 'application/json'],
    [415, 'text', good, 'text/plain'],
    [415, 'multipart', good, 'multipart/form-data; boundary=x'],
    [415, 'no content type at all', good, ''],
    [401, 'a NUL in the session id', () => `sessionId=%00&authenticationToken=${token}`],
    [401, 'escapes that are none', () => `sessionId=%zz&authenticationToken=%e0%a4`],
    [
      401,
      'names of Object.prototype',
      () => `${good().replace(sessionId, '__proto__')}&__proto__=1&constructor=2`,
    ],
  ];
  test.each(table)('%i: %s', async (status, _why, body, type = form) => {
    const answer = await post({ url: service.url, body: body(), headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
    expect(answer.type).toBe('text/xml; charset=utf-8');
    if (status !== 200) expect(answer.xml).toBe(refusal);
  });

  test('whatever bytes come in whatever type: never an error of ours, never a yes, never other words', async () => {
    const word = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom('', '[]', '%', '&', '=', token.slice(0, 50)),
    );
    const fields = fc.array(
      fc.tuple(
        fc.constantFrom('sessionId', 'authenticationToken', 'clientAddress', 'sessionId[]', 'x'),
        word,
      ),
      { maxLength: 6 },
    );
    const body = fc.oneof(
      fields.map((pairs) =>
        Buffer.from(pairs.map(([name, value]) => `${name}=${encodeURIComponentSafely(value)}`).join('&')),
      ),
      fields.map((pairs) => Buffer.from(pairs.map(([name, value]) => `${name}=${value}`).join('&'))),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    );
    const type = fc.oneof(
      { weight: 5, arbitrary: fc.constant(form) },
      fc.constantFrom('text/xml', 'x', 'application/json'),
    );
    await fc.assert(
      fc.asyncProperty(body, type, async (bytes, contentType) => {
        const answer = await post({
          url: service.url,
          body: bytes,
          headers: { 'content-type': contentType },
        });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect(answer.xml).toBe(refusal);
      }),
      { numRuns: 400 },
    );
    expect(service.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('another method or address is a problem of HTTP, not of DCV', async () => {
    expect((await fetch(`${service.url}/authenticator`)).status).toBe(405);
    expect((await fetch(`${service.url}/`)).status).toBe(404);
  });
});

/** Half a surrogate pair, which encodeURIComponent refuses, stays as it is. */
function encodeURIComponentSafely(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text;
}
