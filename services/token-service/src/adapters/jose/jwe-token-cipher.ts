import { type CryptoKey, EncryptJWT, errors, type JWTPayload, jwtDecrypt } from 'jose';
import { DateTime } from 'luxon';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { OpenedToken, OpeningFailure, TokenCipher } from '../../application/ports.ts';
import type { TokenClaims } from '../../domain/token-claims.ts';
import type { TokenKey } from '../../token-keys.ts';

const issuer = 'deskfleet';
const audience = 'dcv';

/** A token is some 400 characters; whatever is far longer is not ours, and not worth decoding. */
const maxTokenLength = 4_096;

/** The five parts of a compact JWE whose second, the encrypted key, is empty (RFC 7516; `dir`). */
const compactForm = /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/;

const Payload = Compile(
  Type.Object({
    jti: Type.String({ format: 'uuid' }),
    sub: Type.String({ minLength: 1 }),
    sid: Type.String({ format: 'uuid' }),
    dcv: Type.String({ minLength: 1 }),
    ep: Type.Integer(),
    iat: Type.Integer(),
    exp: Type.Integer(),
  }),
);

class UnknownKeyError extends Error {}

/** Seals with the first key; opens what any of them sealed, so that a key can be replaced while its tokens are in use. */
export async function createJweTokenCipher(tokenKeys: readonly TokenKey[]): Promise<TokenCipher> {
  const keys = new Map<string, CryptoKey>();
  for (const { id, bytes } of tokenKeys) keys.set(id, await importKey(bytes));
  const [first] = tokenKeys;
  const sealingKey = first && keys.get(first.id);
  if (!first || !sealingKey) throw new Error('A token key is needed.');
  const keyOf = ({ kid }: { kid?: string }): CryptoKey => {
    const key = kid === undefined ? undefined : keys.get(kid);
    if (!key) throw new UnknownKeyError();
    return key;
  };
  return {
    seal: (claims) => seal(claims, sealingKey, first.id),
    open: (token, now) => open(token, keyOf, now),
  };
}

function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

function seal(claims: TokenClaims, key: CryptoKey, kid: string): Promise<string> {
  return new EncryptJWT({ sid: claims.sessionId, dcv: claims.dcvSessionId, ep: claims.accessEpoch })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(claims.tokenId)
    .setSubject(claims.user)
    .setIssuedAt(claims.issuedAt.toUnixInteger())
    .setExpirationTime(claims.expiresAt.toUnixInteger())
    .encrypt(key);
}

async function open(
  token: string,
  keyOf: (header: { kid?: string }) => CryptoKey,
  now: DateTime,
): Promise<OpenedToken> {
  if (!isCanonical(token)) return failed('token-malformed');
  try {
    const { payload } = await jwtDecrypt(token, keyOf, {
      issuer,
      audience,
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      currentDate: now.toJSDate(),
    });
    const claims = claimsOf(payload);
    return claims ? { opened: true, claims } : failed('token-malformed');
  } catch (error) {
    if (error instanceof errors.JWTExpired) return failed('token-expired', claimsOf(error.payload));
    if (error instanceof errors.JWEDecryptionFailed) return failed('token-altered');
    if (error instanceof UnknownKeyError) return failed('token-key-unknown');
    // Opening does no I/O: whatever else is thrown here is thrown because of the token.
    return failed('token-malformed');
  }
}

/**
 * Base64url ignores some bits of a part's last character (RFC 4648, 3.5): without this check a token could be written in
 * several ways and still open.
 */
function isCanonical(token: string): boolean {
  if (token.length > maxTokenLength || !compactForm.test(token)) return false;
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}

function claimsOf(payload: JWTPayload): TokenClaims | null {
  if (!Payload.Check(payload)) return null;
  return {
    tokenId: payload.jti,
    user: payload.sub,
    sessionId: payload.sid,
    dcvSessionId: payload.dcv,
    accessEpoch: payload.ep,
    issuedAt: DateTime.fromSeconds(payload.iat, { zone: 'utc' }),
    expiresAt: DateTime.fromSeconds(payload.exp, { zone: 'utc' }),
  };
}

function failed(reason: OpeningFailure, claims: TokenClaims | null = null): OpenedToken {
  return { opened: false, reason, claims };
}
