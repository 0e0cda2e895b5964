import { randomBytes } from 'node:crypto';
import { ConfigError } from '@deskfleet/runtime';
import { describe, expect, test } from 'vitest';
import { loadTokenServiceConfig } from './config.ts';

const key = randomBytes(32);
const good = {
  DATABASE_URL: 'postgres://deskfleet_token_service:x@localhost/deskfleet',
  NATS_URL: 'nats://localhost:4222',
  PUBLIC_URL: 'http://localhost:8080',
  SERVICE_CREDENTIAL_KEY: randomBytes(32).toString('base64'),
  DCV_TOKEN_SYMMETRIC_KEY: key.toString('base64'),
};

function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    loadTokenServiceConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ name }) => name);
  }
}

describe('the configuration', () => {
  test('has DCV’s usual times unless told', () => {
    expect(loadTokenServiceConfig(good).config).toMatchObject({
      DCV_TOKEN_FIRST_USE_MINUTES: 10,
      DCV_TOKEN_MAX_HOURS: 12,
      TRUSTED_PROXIES: [],
      DCV_ACCESS_MODE: 'direct',
      CONNECTION_LOG_DAYS: 90,
      AUTHENTICATOR_RATE_PER_MINUTE: 600,
      RESOLVER_RATE_PER_MINUTE: 6_000,
    });
  });

  test('tells all faults at once', () => {
    expect(faultsOf({ DCV_TOKEN_MAX_HOURS: 'long' }).sort()).toEqual([
      'DATABASE_URL',
      'DCV_TOKEN_MAX_HOURS',
      'DCV_TOKEN_SYMMETRIC_KEY',
      'NATS_URL',
      'PUBLIC_URL',
      'SERVICE_CREDENTIAL_KEY',
    ]);
  });

  test('takes SOCA’s name and form of the key, and several keys', () => {
    const { DCV_TOKEN_SYMMETRIC_KEY: _, ...rest } = good;
    const fernet = `${key.toString('base64url')}=`;
    const env = { ...rest, SOCA_DCV_TOKEN_SYMMETRIC_KEY: `${fernet}, ${good.SERVICE_CREDENTIAL_KEY}` };
    expect(loadTokenServiceConfig(env).config.DCV_TOKEN_SYMMETRIC_KEY).toEqual([
      fernet,
      good.SERVICE_CREDENTIAL_KEY,
    ]);
  });

  test.each([
    '',
    ',',
    'short',
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('base64'),
    `${good.DCV_TOKEN_SYMMETRIC_KEY},x`,
  ])('refuses the key list %j, and does not repeat it', (keys) => {
    const env = { ...good, DCV_TOKEN_SYMMETRIC_KEY: keys };
    expect(faultsOf(env)).toEqual(['DCV_TOKEN_SYMMETRIC_KEY']);
    expect(() => loadTokenServiceConfig(env)).toThrow(
      expect.not.objectContaining({
        message: expect.stringContaining(keys.length > 1 ? keys : 'no such text'),
      }),
    );
  });

  test.each([
    'loopback',
    '10.0.0.0/33',
    '10.0.0',
    'fd00::/129',
    '10.0.0.0/8/8',
    '10.0.0.1/x',
    'proxy.example.org',
  ])('refuses %j as a trusted proxy', (entry) => {
    expect(faultsOf({ ...good, TRUSTED_PROXIES: `10.0.0.1,${entry}` })).toEqual(['TRUSTED_PROXIES']);
  });

  test.each(['10.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1', ''])('takes %j as a trusted proxy', (entry) => {
    expect(faultsOf({ ...good, TRUSTED_PROXIES: entry })).toEqual([]);
  });
});
