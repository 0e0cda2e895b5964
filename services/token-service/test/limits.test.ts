import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange } from './raw-http.ts';
import {
  createRecords,
  newKey,
  type Records,
  type ServiceSettings,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

const refusal =
  '<auth result="no"><message>The connection was refused. Get a new one from the portal.</message></auth>';
const hostAddress = '127.0.12.1';
let records: Records;
let sessionId: string;

beforeAll(async () => {
  records = await createRecords();
  await records.addUser('alice');
  sessionId = await records.addRunningSession({ privateIp: hostAddress });
});
afterAll(() => records.drop());

async function limited(
  change: Partial<ServiceSettings>,
  use: (service: ServiceUnderTest) => Promise<void>,
): Promise<void> {
  const service = await startService({
    databaseUrl: records.database.urlFor('token_service'),
    keys: [newKey()],
    mostPerMinute: { authenticator: 3, resolver: 3 },
    ...change,
  });
  try {
    await use(service);
  } finally {
    await service.close();
  }
}

function decisions({ registry }: ServiceUnderTest, name: 'connection_decisions' | 'session_resolutions') {
  return registry.getSingleMetricAsString(`deskfleet_${name}_total`);
}

describe('a host that asks too often', () => {
  test('hears the same no as 429 with Retry-After, even with a good token; the others go on', () =>
    limited({}, async (service) => {
      const { token } = await service.tokenFor(sessionId);
      const fields = { sessionId, authenticationToken: token };
      for (let turn = 0; turn < 3; turn++) expect((await service.ask(fields, hostAddress)).status).toBe(200);
      const body = new URLSearchParams(fields).toString();
      const answer = await exchange(
        service.url,
        `POST /authenticator HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        hostAddress,
      );
      expect(answer).toMatchObject({ status: 429, body: refusal });
      expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(Object.keys(answer.headers)).not.toContain('x-ratelimit-limit');
      expect(await decisions(service, 'connection_decisions')).toContain(
        'outcome="too-many-requests",service="token-service"} 1',
      );
      const { rows } = await records.owner.query(
        'select reason, host_address from token_service.denied_connections',
      );
      expect(rows).toEqual([{ reason: 'too-many-requests', host_address: hostAddress }]);
      expect((await service.ask(fields, '127.0.12.2')).status).toBe(401);
    }));

  test('is one source however its address is spelled, and an IPv6 network of /64 is one, too', () =>
    limited({ trustedProxies: ['127.0.0.0/8'] }, async (service) => {
      const statusOf = async (address: string) => {
        const fields = { sessionId, authenticationToken: 'x' };
        return (await service.ask(fields, '127.0.0.1', { 'x-forwarded-for': address })).status;
      };
      const statuses = async (...addresses: string[]) => {
        const found: number[] = [];
        for (const address of addresses) found.push(await statusOf(address));
        return found;
      };
      expect(
        await statuses('198.51.100.7', '::ffff:198.51.100.7', '::FFFF:c633:6407', '198.51.100.7'),
      ).toEqual([401, 401, 401, 429]);
      expect(await statuses('2001:db8::1', '2001:DB8:0:0::2', '2001:db8::ffff:1', '2001:db8::4')).toEqual([
        401, 401, 401, 429,
      ]);
      expect(await statuses('2001:db8:0:1::1', '198.51.100.8')).toEqual([401, 401]);
      expect(await statuses('; drop table', 'unknown', 'x'.repeat(1_000), 'y')).toEqual([401, 401, 401, 429]);
    }));

  test('has its forms not even read', () =>
    limited({ mostPerMinute: { authenticator: 1, resolver: 1 } }, async (service) => {
      await service.ask({ sessionId: 'x' }, hostAddress);
      const answer = await service.ask({ sessionId: 'x'.repeat(50_000) }, hostAddress);
      expect(answer).toEqual({ status: 429, type: 'text/xml; charset=utf-8', xml: refusal });
    }));

  test('may ask as often as it likes where the limit is 0', () =>
    limited({ mostPerMinute: { authenticator: 0, resolver: 0 } }, async (service) => {
      for (let turn = 0; turn < 10; turn++) {
        expect((await service.ask({ sessionId, authenticationToken: 'x' }, hostAddress)).status).toBe(401);
      }
    }));
});

describe('a Connection Gateway that asks too often', () => {
  test('hears 429 with Retry-After; the authenticator counts for itself', () =>
    limited({}, async (service) => {
      const ask = () =>
        fetch(`${service.url}/resolveSession?sessionId=${sessionId}&transport=HTTP`, { method: 'POST' });
      for (let turn = 0; turn < 3; turn++) expect((await ask()).status).toBe(200);
      const answer = await ask();
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await answer.json()).toMatchObject({ code: 'too-many-requests' });
      expect(await decisions(service, 'session_resolutions')).toContain(
        'outcome="too-many-requests",service="token-service"} 1',
      );
      expect(service.logLines).toContainEqual(
        expect.objectContaining({ level: 'warn', reason: 'too-many-requests', askedFrom: '127.0.0.1' }),
      );
      expect((await service.ask({ sessionId, authenticationToken: 'x' }, '127.0.0.1')).status).toBe(401);
    }));
});
