import { Writable } from 'node:stream';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import {
  createDatabaseClock,
  createLogger,
  ServiceCredentialError,
  signServiceCredential,
  systemClock,
  verifyServiceCredential,
} from '../src/index.ts';

describe('the clock of the database', () => {
  it('tells the time of the database, and goes on with it while the database is away', async () => {
    let away = false;
    const clock = createDatabaseClock(async () => {
      if (away) throw new Error('away');
      return systemClock.now().plus({ hours: 2 }).toJSDate();
    });
    await clock.sample();
    const ahead = () => clock.now().diff(systemClock.now()).as('seconds');
    expect(ahead()).toBeCloseTo(7_200, 1);
    away = true;
    await expect(clock.sample()).rejects.toThrow('away');
    expect(ahead()).toBeCloseTo(7_200, 1);
    expect(clock.now().zoneName).toBe('UTC');
    clock.stop();
  });

  it('takes half the round trip off', async () => {
    const clock = createDatabaseClock(async () => {
      const told = systemClock.now().toISO();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return told as string;
    });
    await clock.sample();
    const error = clock.now().diff(systemClock.now()).as('milliseconds');
    expect(error).toBeGreaterThan(-140);
    expect(error).toBeLessThan(-60);
    clock.stop();
  });
});

describe('a service credential', () => {
  const key = Buffer.alloc(32, 1).toString('base64');
  const at = (iso: string) => ({ now: () => DateTime.fromISO(iso, { zone: 'utc' }) as DateTime });
  const clock = at('2026-11-22T08:00:00Z');
  const sign = () => signServiceCredential({ key, from: 'api-gateway', to: 'token-service', clock });
  const expected = { key, from: ['api-gateway'], to: 'token-service', clock };

  it('names the calling service', async () => {
    expect(await verifyServiceCredential({ ...expected, token: await sign() })).toEqual({
      service: 'api-gateway',
    });
  });

  it.each([
    ['another key', { key: Buffer.alloc(32, 2).toString('base64') }],
    ['another audience', { to: 'session-manager' }],
    ['another caller', { from: ['idle-monitor'] }],
    ['a minute later', { clock: at('2026-11-22T08:01:06Z') }],
    ['from the future', { clock: at('2026-11-22T07:59:50Z') }],
  ])('is refused: %s', async (_name, change) => {
    const token = await sign();
    await expect(verifyServiceCredential({ ...expected, token, ...change })).rejects.toThrow(
      ServiceCredentialError,
    );
  });

  it('is refused when a byte is altered, and when it is not signed', async () => {
    const token = await sign();
    const altered = token.slice(0, 30) + (token[30] === 'a' ? 'b' : 'a') + token.slice(31);
    const [, payload] = token.split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const bad of [altered, unsigned, '', 'x']) {
      await expect(verifyServiceCredential({ ...expected, token: bad })).rejects.toThrow(
        ServiceCredentialError,
      );
    }
  });

  it('bears clocks that differ by a few seconds', async () => {
    const token = await sign();
    for (const now of ['2026-11-22T07:59:57Z', '2026-11-22T08:01:03Z']) {
      await expect(verifyServiceCredential({ ...expected, token, clock: at(now) })).resolves.toBeTruthy();
    }
  });
});

it('the log never shows credentials', () => {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const logger = createLogger({ service: 'test', destination });
  logger.info({
    token: 'S1',
    body: { authenticationToken: 'S2', password: 'S3' },
    config: { env: { DCV_TOKEN_SYMMETRIC_KEY: 'S4' }, SERVICE_CREDENTIAL_KEY: 'S5' },
    req: { method: 'GET', url: '/desktops?authToken=S6#x', headers: { authorization: 'Bearer S7' } },
    headers: { authorization: 'Bearer S8' },
  });
  expect(text).not.toMatch(/S\d/);
  expect(JSON.parse(text)).toMatchObject({ service: 'test', level: 'info', req: { method: 'GET' } });
});
