import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWK } from 'oidc-provider';
import { readDataFile, writeDataFile } from '../data-folder.ts';

const KEYS_FILE = 'keys.json';

/** Kept in the data folder, so that tokens and log-ins outlive a restart. */
export interface SigningKeys {
  jwks: { keys: JWK[] };
  cookieKeys: string[];
}

export async function loadSigningKeys(folder: string): Promise<SigningKeys> {
  const known = (await readDataFile(folder, KEYS_FILE)) as Partial<SigningKeys> | undefined;
  if (known?.jwks && known.cookieKeys) return { jwks: known.jwks, cookieKeys: known.cookieKeys };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = {
    ...privateKey.export({ format: 'jwk' }),
    use: 'sig',
    alg: 'RS256',
    kid: randomBytes(8).toString('hex'),
  };
  const made: SigningKeys = {
    jwks: { keys: [jwk as JWK] },
    cookieKeys: [randomBytes(32).toString('base64url')],
  };
  await writeDataFile(folder, KEYS_FILE, made);
  return made;
}
