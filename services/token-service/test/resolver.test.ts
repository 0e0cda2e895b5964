import type { Problem } from '@deskfleet/contracts';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exchange, type RawAnswer } from './raw-http.ts';
import {
  createRecords,
  newKey,
  type Records,
  type ServiceSettings,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

let records: Records;
let service: ServiceUnderTest;
let sessionId: string;

beforeAll(async () => {
  records = await createRecords();
  await records.addUser('alice');
  sessionId = await records.addRunningSession({ privateIp: '10.0.1.7' });
});
afterAll(() => records.drop());

beforeEach(async () => {
  service = await start();
  return () => service.close();
});

function start(change: Partial<ServiceSettings> = {}): Promise<ServiceUnderTest> {
  return startService({ databaseUrl: records.database.urlFor('token_service'), keys: [newKey()], ...change });
}

/** Speaks as a Connection Gateway: the request of its Administrator Guide, "Implementing a Session Resolver". */
function resolve(query: string, { url } = service): Promise<RawAnswer> {
  return exchange(
    url,
    `POST /resolveSession?${query} HTTP/1.1\r\nhost: resolver\r\naccept: application/json\r\nconnection: close\r\n\r\n`,
  );
}

const good = () => `sessionId=${sessionId}&transport=HTTP&clientIpAddress=203.0.113.9`;

function refusalsIn({ logLines }: ServiceUnderTest): unknown[] {
  return logLines.filter(({ level }) => level === 'warn').map(({ reason }) => reason);
}

describe('a Connection Gateway asks where a session is', () => {
  test('and is told in the words of its guide', async () => {
    const { status, headers, body } = await resolve(good());
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toEqual({
      SessionId: sessionId,
      TransportProtocol: 'HTTP',
      DcvServerEndpoint: '10.0.1.7',
      Port: 8443,
      WebUrlPath: '/',
    });
  });

  test.each([
    ['for QUIC, which the same port takes', () => `sessionId=${sessionId}&transport=QUIC`, 'QUIC'],
    ['without knowing its client', () => `sessionId=${sessionId}&transport=HTTP`, 'HTTP'],
    [
      'for a client on IPv6',
      () => `sessionId=${sessionId}&transport=HTTP&clientIpAddress=2001:db8::7`,
      'HTTP',
    ],
    ['with parameters of a later version', () => `${good()}&region=eu-central-1`, 'HTTP'],
  ])('%s', async (_how, query, transport) => {
    const { status, body } = await resolve(query());
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ TransportProtocol: transport, Port: 8443 });
  });

  test('with a body, which is not looked at', async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
      const response = await fetch(`${service.url}/resolveSession?${good()}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{',
      });
      expect(response.status).toBe(200);
    }
  });

  test('and a Windows desktop is the console of its own host', async () => {
    const windows = await records.addRunningSession({ os: 'windows', privateIp: '10.0.1.8' });
    const { body } = await resolve(`sessionId=${windows}&transport=HTTP`);
    expect(JSON.parse(body)).toMatchObject({ SessionId: 'console', DcvServerEndpoint: '10.0.1.8' });
  });

  test('and the path has the host’s address where the template says so', async () => {
    const behind = await start({ resolver: { webUrlPathTemplate: '/desktops/{host}/' } });
    const { body } = await resolve(good(), behind);
    await behind.close();
    expect(JSON.parse(body)).toMatchObject({ WebUrlPath: '/desktops/10.0.1.7/' });
  });
});

describe('404, in the same words whatever the cause, and the log says why', () => {
  type Row = [reason: string, why: string, arrange: () => Promise<string>];
  const changed = async (columns: Record<string, unknown>) => {
    const id = await records.addRunningSession({ privateIp: '10.0.1.9' });
    await records.change(id, columns);
    return id;
  };
  const stopAccepted = async (kind: string) => {
    const id = await records.addRunningSession({ privateIp: '10.0.1.9' });
    await records.addIntent(id, kind);
    return id;
  };
  const table: Row[] = [
    ['session-unknown', 'no such session', async () => uuid()],
    ['session-unknown', 'the name that all Windows hosts use', async () => 'console'],
    ['session-not-running', 'a stopped desktop', () => changed({ state: 'stopped', desired: 'stopped' })],
    ['session-not-running', 'a desktop that stops', () => changed({ state: 'stopping' })],
    ['stop-accepted', 'a stop that was accepted', () => stopAccepted('stop')],
    ['stop-accepted', 'an end that was accepted', () => stopAccepted('terminate')],
    ['host-unknown', 'a host without an address', () => changed({ private_ip: null })],
  ];
  test.each(table)('%s: %s', async (reason, _why, arrange) => {
    const id = await arrange();
    const { status, headers, body } = await resolve(`sessionId=${id}&transport=HTTP`);
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 404,
      type: 'application/problem+json',
    });
    const { requestId, ...said } = JSON.parse(body) as Problem;
    expect(said).toEqual({
      type: '/docs/problems#not-found',
      title: expect.any(String),
      status: 404,
      code: 'not-found',
      detail: 'There is no such session.',
      instance: '/resolveSession',
    });
    expect(service.logLines).toContainEqual(
      expect.objectContaining({ level: 'warn', reason, sessionId: id, askedFrom: '127.0.0.1' }),
    );
    expect(await outcomes()).toContain(`outcome="${reason}",service="token-service"} 1`);
  });

  test.each([
    '../../etc/passwd',
    '..%2f..%2fadmin',
    'a?b=c',
    'a#b',
    '%00',
    '%0d%0aX-Injected: 1',
    "' or 1=1 --",
    '%25',
    '{host}',
    '%ff%fe',
    '__proto__',
    '<script>',
    'x'.repeat(128),
  ])('session-unknown: the id %j', async (id) => {
    const { status } = await resolve(
      `sessionId=${id.replaceAll(' ', '%20').replaceAll('#', '%23')}&transport=HTTP`,
    );
    expect(status).toBe(404);
    expect(refusalsIn(service)).toEqual(['session-unknown']);
  });

  test('a desktop that is asked for by its id in capitals is found, and named as its host knows it', async () => {
    const { body } = await resolve(`sessionId=${sessionId.toUpperCase()}&transport=HTTP`);
    expect(JSON.parse(body)).toMatchObject({ SessionId: sessionId });
  });
});

describe('400', () => {
  test.each([
    ['nothing asked', ''],
    ['no session', 'transport=HTTP'],
    ['an empty session', 'sessionId=&transport=HTTP'],
    ['an endless session', `sessionId=${'x'.repeat(129)}&transport=HTTP`],
    ['no transport', 'sessionId=SESSION'],
    ['an unknown transport', 'sessionId=SESSION&transport=TCP'],
    ['a transport in small letters', 'sessionId=SESSION&transport=http'],
    ['two sessions', 'sessionId=SESSION&sessionId=SESSION&transport=HTTP'],
    ['two transports', 'sessionId=SESSION&transport=HTTP&transport=HTTP'],
    ['two clients', 'sessionId=SESSION&transport=HTTP&clientIpAddress=1.2.3.4&clientIpAddress=1.2.3.4'],
    ['an address that is none', 'sessionId=SESSION&transport=HTTP&clientIpAddress=1.2.3'],
    ['a name for an address', 'sessionId=SESSION&transport=HTTP&clientIpAddress=localhost'],
    ['an empty address', 'sessionId=SESSION&transport=HTTP&clientIpAddress='],
    ['a list for a session', 'sessionId[]=SESSION&transport=HTTP'],
  ])('%s', async (_why, query) => {
    const { status, body } = await resolve(query.replaceAll('SESSION', sessionId));
    expect(status).toBe(400);
    const problem = JSON.parse(body) as Problem;
    expect(problem).toMatchObject({
      code: 'invalid-request',
      detail: 'This is no question of a DCV Connection Gateway.',
    });
    expect(problem).not.toHaveProperty('errors');
    expect(refusalsIn(service)).toEqual(['malformed-request']);
    expect(await outcomes()).toContain('outcome="malformed-request",service="token-service"} 1');
  });

  test('a path that cannot be decoded is a problem of the same kind', async () => {
    const { status, headers } = await exchange(
      service.url,
      'POST /resolveSession%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 400,
      type: 'application/problem+json',
    });
  });

  test('a body over 1 KiB is not read', async () => {
    const response = await fetch(`${service.url}/resolveSession?${good()}`, {
      method: 'POST',
      body: 'x'.repeat(2_000),
    });
    expect(response.status).toBe(413);
  });
});

describe('the resolver', () => {
  test('is only there in access mode gateway', async () => {
    const direct = await start({ resolver: null });
    const { status } = await resolve(good(), direct);
    await direct.close();
    expect(status).toBe(404);
    expect(refusalsIn(direct)).toEqual([]);
  });

  test('answers 503 without Postgres: that the session is unknown would be a lie', async () => {
    const cutOff = await start({ databaseUrl: 'postgres://nobody:x@127.0.0.1:1/none' });
    const { status, headers } = await resolve(good(), cutOff);
    await cutOff.close();
    expect(status).toBe(503);
    expect(headers).toHaveProperty('retry-after');
  });

  test('logs no more refusals than the budget allows, and counts all', async () => {
    const small = await start({ denialLimits: { perAddress: 3, inAll: 5 } });
    for (let turn = 0; turn < 10; turn++) await resolve(`sessionId=${uuid()}&transport=HTTP`, small);
    expect(refusalsIn(small)).toHaveLength(3);
    expect(await outcomes(small)).toContain('outcome="session-unknown",service="token-service"} 10');
    await small.close();
  });
});

function outcomes({ registry } = service): Promise<string> {
  return registry.getSingleMetricAsString('deskfleet_session_resolutions_total');
}
