import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import type { TokenClaims } from '../../domain/token-claims.ts';
import { readTokenKeys } from '../../token-keys.ts';
import { createJweTokenCipher } from './jwe-token-cipher.ts';

const issuedAt = DateTime.fromISO('2026-11-22T08:00:00Z', { zone: 'utc' });
const claims: TokenClaims = {
  tokenId: '0199c4a4-1b2c-7d3e-8f40-5a6b7c8d9e0f',
  user: 'alice',
  sessionId: '0199c4a0-7d1e-7a43-9c58-3f6f0d9a2b10',
  dcvSessionId: 'console',
  accessEpoch: 3,
  issuedAt,
  expiresAt: issuedAt.plus({ hours: 12 }),
};
const now = issuedAt.plus({ minutes: 1 });
const oldKey = randomBytes(32).toString('base64');
const newKey = randomBytes(32).toString('base64url');
const cipherOf = (...keys: string[]) => createJweTokenCipher(readTokenKeys(keys));
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';

describe('tokens', () => {
  test('say after opening what was sealed', async () => {
    const cipher = await cipherOf(oldKey);
    expect(await cipher.open(await cipher.seal(claims), now)).toEqual({ opened: true, claims });
  });

  test('are standard JWE: jose opens them with nothing but the key', async () => {
    const token = await (await cipherOf(oldKey)).seal(claims);
    const { payload, protectedHeader } = await jwtDecrypt(token, Buffer.from(oldKey, 'base64'), {
      currentDate: now.toJSDate(),
    });
    expect(protectedHeader).toEqual({ alg: 'dir', enc: 'A256GCM', kid: readTokenKeys([oldKey])[0]?.id });
    expect(payload).toEqual({
      iss: 'deskfleet',
      aud: 'dcv',
      jti: claims.tokenId,
      sub: 'alice',
      sid: claims.sessionId,
      dcv: 'console',
      ep: 3,
      iat: issuedAt.toUnixInteger(),
      exp: issuedAt.toUnixInteger() + 12 * 3_600,
    });
  });

  test('tell nothing to who has no key, and no two are alike', async () => {
    const cipher = await cipherOf(oldKey);
    const [first, second] = [await cipher.seal(claims), await cipher.seal(claims)];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, 'base64url').toString('latin1')).not.toContain('alice');
  });

  test('altered in any byte are refused: each place, each other character', async () => {
    const cipher = await cipherOf(oldKey);
    const token = await cipher.seal(claims);
    for (let at = 0; at < token.length; at++) {
      for (const character of alphabet) {
        if (character === token[at]) continue;
        const altered = token.slice(0, at) + character + token.slice(at + 1);
        const opened = await cipher.open(altered, now);
        if (opened.opened) expect.fail(`still opens with ${character} at ${at}`);
      }
    }
  }, 60_000);

  test('with anything cut off, put in or exchanged are refused', async () => {
    const cipher = await cipherOf(oldKey);
    const token = await cipher.seal(claims);
    const anywhere = fc.nat({ max: token.length });
    await fc.assert(
      fc.asyncProperty(anywhere, anywhere, fc.string({ maxLength: 8 }), async (from, to, put) => {
        const altered = token.slice(0, Math.min(from, to)) + put + token.slice(Math.max(from, to));
        fc.pre(altered !== token);
        expect((await cipher.open(altered, now)).opened).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('of the previous key open while it is in the list, new ones are sealed by the first', async () => {
    const before = await cipherOf(oldKey);
    const rotating = await cipherOf(newKey, oldKey);
    const after = await cipherOf(newKey);
    const oldToken = await before.seal(claims);
    const newToken = await rotating.seal(claims);
    expect((await rotating.open(oldToken, now)).opened).toBe(true);
    expect((await rotating.open(newToken, now)).opened).toBe(true);
    expect((await after.open(newToken, now)).opened).toBe(true);
    expect(await after.open(oldToken, now)).toMatchObject({ opened: false, reason: 'token-key-unknown' });
    expect(await before.open(newToken, now)).toMatchObject({ opened: false, reason: 'token-key-unknown' });
  });

  test('that have expired are refused, and say whose they were', async () => {
    const cipher = await cipherOf(oldKey);
    const token = await cipher.seal(claims);
    expect((await cipher.open(token, claims.expiresAt.minus(1))).opened).toBe(true);
    expect(await cipher.open(token, claims.expiresAt)).toEqual({
      opened: false,
      reason: 'token-expired',
      claims,
    });
  });

  test('are judged by the time that is told, not by this machine', async () => {
    const cipher = await cipherOf(oldKey);
    const old = {
      ...claims,
      issuedAt: issuedAt.minus({ years: 5 }),
      expiresAt: issuedAt.minus({ years: 4 }),
    };
    expect((await cipher.open(await cipher.seal(old), old.issuedAt)).opened).toBe(true);
  });

  type Header = { alg: string; enc: string; kid?: string };
  const kid = readTokenKeys([oldKey])[0]?.id as string;
  const ours: Header = { alg: 'dir', enc: 'A256GCM', kid };
  const whole = {
    sid: claims.sessionId,
    dcv: 'console',
    ep: 3,
    iss: 'deskfleet',
    aud: 'dcv',
    jti: claims.tokenId,
    sub: 'alice',
  };
  const times = { iat: issuedAt.toUnixInteger(), exp: claims.expiresAt.toUnixInteger() };
  test.each<[why: string, header: Header, payload: object, reason: string]>([
    ['no key is named', { alg: 'dir', enc: 'A256GCM' }, { ...whole, ...times }, 'token-key-unknown'],
    ['another issuer', ours, { ...whole, ...times, iss: 'soca' }, 'token-malformed'],
    ['another audience', ours, { ...whole, ...times, aud: 'api' }, 'token-malformed'],
    ['no end', ours, { ...whole, iat: times.iat }, 'token-malformed'],
    ['no session', ours, { ...whole, ...times, sid: undefined }, 'token-malformed'],
    ['a session that is no id', ours, { ...whole, ...times, sid: "' or 1=1" }, 'token-malformed'],
    ['no user', ours, { ...whole, ...times, sub: '' }, 'token-malformed'],
  ])(
    'sealed with our key by a program of another kind are refused: %s',
    async (_why, header, payload, reason) => {
      const token = await new EncryptJWT({ ...payload })
        .setProtectedHeader(header)
        .encrypt(Buffer.from(oldKey, 'base64'));
      expect(await (await cipherOf(oldKey)).open(token, now)).toMatchObject({ opened: false, reason });
    },
  );

  test.each(['', '.', '....', 'a.b.c.d.e', 'a..b.c.d', 'x'.repeat(100_000), 'gAAAAABm', '\u0000', '{"a":1}'])(
    'of no kind are refused',
    async (text) => {
      expect((await (await cipherOf(oldKey)).open(text, now)).opened).toBe(false);
    },
  );
});

describe('keys', () => {
  test.each([31, 33, 0])('of %i bytes are refused without repeating them', (length) => {
    const text = randomBytes(length).toString('base64');
    expect(() => readTokenKeys([text])).toThrow(/^A token key is not 32 bytes long\.$/);
  });

  test('in base64 and base64url are the same key', () => {
    const bytes = randomBytes(32);
    const [a, b] = readTokenKeys([bytes.toString('base64'), bytes.toString('base64url')]);
    expect(a).toEqual(b);
  });
});
