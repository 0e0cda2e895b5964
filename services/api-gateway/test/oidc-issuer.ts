import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const audience = 'deskfleet-tests';

export interface TokenOptions {
  claims?: Record<string, unknown>;
  issuer?: string;
  audience?: string;
  /** Seconds from now; negative for a token that has expired. */
  expiresIn?: number;
}

export interface TestIssuer {
  url: string;
  /** A token of this issuer for a user. */
  token(user: string, options?: TokenOptions): Promise<string>;
  /** The same claims, signed with HS256 by the public key as the secret. */
  tokenSignedByPublicKey(user: string): Promise<string>;
  /** The same claims with `alg: none` and no signature. */
  unsignedToken(user: string): string;
  /** Signed by a key that the issuer does not publish, under the name of one that it does. */
  tokenOfStrangersKey(user: string): Promise<string>;
  /** How often the keys were asked for. */
  keyRequests(): number;
  close(): Promise<void>;
}

/** A real, tiny OpenID provider: discovery document, keys, and tokens made with them. */
export async function startIssuer({ port = 0 } = {}): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const stranger = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'RS256', use: 'sig' };
  let keyRequests = 0;
  const server = createServer((request, response) => {
    if (request.url === '/jwks') keyRequests += 1;
    const discovery = { issuer: url, jwks_uri: `${url}/jwks` };
    const answer = request.url === '/jwks' ? { keys: [jwk] } : discovery;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const claimsOf = (user: string, options: TokenOptions = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: options.issuer ?? url,
      aud: options.audience ?? audience,
      sub: `id-of-${user}`,
      preferred_username: user,
      iat: now - 60,
      exp: now + (options.expiresIn ?? 3600),
      ...(user === 'admin' ? { groups: ['staff', 'deskfleet-admins'] } : {}),
      ...options.claims,
    };
  };
  const sign = (claims: JWTPayload, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'test' }).sign(key);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

  return {
    url,
    token: (user, options) => sign(claimsOf(user, options), privateKey),
    tokenOfStrangersKey: (user) => sign(claimsOf(user), stranger.privateKey),
    unsignedToken: (user) => `${encode({ alg: 'none', kid: 'test' })}.${encode(claimsOf(user))}.`,
    async tokenSignedByPublicKey(user) {
      const secret = Buffer.from(await exportSPKI(publicKey));
      const header = { alg: 'HS256', kid: 'test' };
      return new SignJWT(claimsOf(user)).setProtectedHeader(header).sign(secret);
    },
    keyRequests: () => keyRequests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
