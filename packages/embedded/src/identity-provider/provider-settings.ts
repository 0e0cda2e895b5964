/** What the identity provider's process is told by its environment. */
export interface ProviderSettings {
  port: number;
  /** Where a browser reaches the portal; it may only be redirected there. */
  portalUrl: string;
  /** Folder that keeps the signing keys. */
  dataDir: string;
  /** Secret of the client `deskfleet-token`, which gets a token for any user. */
  tokenClientSecret: string;
}

export const ISSUER_HOST = '127.0.0.1';
export const AUDIENCE = 'deskfleet';
export const TOKEN_CLIENT = 'deskfleet-token';
export const PORTAL_CLIENT = 'deskfleet-portal';
/** Own grant type: whoever can read the secret in the data folder is trusted to be any user. */
export const LOCAL_USER_GRANT = 'urn:deskfleet:grant-type:local-user';

export function issuerUrl(port: number): string {
  return `http://${ISSUER_HOST}:${port}`;
}

/** @throws Error naming what is missing, or an address that others could reach */
export function readProviderSettings(env: Readonly<Record<string, string | undefined>>): ProviderSettings {
  const missing = ['PORT', 'PORTAL_URL', 'DATA_DIR', 'TOKEN_CLIENT_SECRET'].filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`The identity provider needs ${missing.join(', ')}.`);
  if (env.HOST && env.HOST !== ISSUER_HOST) {
    throw new Error(
      `The identity provider has no passwords and only listens on ${ISSUER_HOST}, not on ${env.HOST}.`,
    );
  }
  return {
    port: Number(env.PORT),
    portalUrl: env.PORTAL_URL ?? '',
    dataDir: env.DATA_DIR ?? '',
    tokenClientSecret: env.TOKEN_CLIENT_SECRET ?? '',
  };
}
