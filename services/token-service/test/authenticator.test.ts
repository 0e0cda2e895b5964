import { eventCatalogue, hostAccountName } from '@deskfleet/contracts';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createRecords,
  newKey,
  type Records,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

const refusal =
  '<auth result="no"><message>The connection was refused. Get a new one from the portal.</message></auth>';
const refused = { status: 401, type: 'text/xml; charset=utf-8', xml: refusal };
const welcomed = {
  status: 200,
  type: 'text/xml; charset=utf-8',
  xml: '<auth result="yes"><username>alice</username></auth>',
};

const key = newKey();
let records: Records;
let service: ServiceUnderTest;
let sessionId: string;
let token: string;
let hostAddress: string;
let hosts = 0;

/** The good question: what the session's own DCV server asks. */
function ask(fields: Record<string, string> = {}, from = hostAddress, headers?: Record<string, string>) {
  return service.ask({ sessionId, authenticationToken: token, ...fields }, from, headers);
}

async function denialReasons(subject = sessionId): Promise<unknown[]> {
  const events = await records.eventsAbout(subject);
  return events.filter(({ type }) => type.includes('denied')).map(({ data }) => data.reason);
}

beforeAll(async () => {
  records = await createRecords();
  await records.addUser('alice');
  await records.addUser('bob');
});
afterAll(() => records.drop());

beforeEach(async () => {
  hosts += 1;
  hostAddress = `127.0.7.${hosts}`;
  service = await startService({ databaseUrl: records.database.urlFor('token_service'), keys: [key] });
  sessionId = await records.addRunningSession({ privateIp: hostAddress });
  token = (await service.tokenFor(sessionId)).token;
  return () => service.close();
});

describe('a DCV server asks', () => {
  test('and is told the user; the connection and its event are on record', async () => {
    expect(await ask({ clientAddress: '203.0.113.9' })).toEqual(welcomed);
    const { rows } = await records.owner.query(
      'select * from token_service.dcv_connections where session_id = $1',
      [sessionId],
    );
    expect(rows).toMatchObject([
      { user_name: 'alice', client_address: '203.0.113.9', host_address: hostAddress },
    ]);
    const authorized = (await records.eventsAbout(sessionId)).at(-1);
    expect(authorized).toMatchObject({
      type: 'deskfleet.access.connection-authorized.v1',
      source: '/deskfleet/token-service',
      data: { sessionId, owner: 'alice', user: 'alice', clientAddress: '203.0.113.9', hostAddress },
    });
    expect(
      Value.Errors(eventCatalogue['deskfleet.access.connection-authorized.v1'], authorized?.data),
    ).toEqual([]);
  });

  test('without a client address, as DCV servers may', async () => {
    expect(await ask()).toEqual(welcomed);
    expect(await ask({ clientAddress: '' })).toEqual(welcomed);
  });

  test('with fields of a later version of DCV, which are not looked at', async () => {
    expect(await ask({ transport: 'quic' })).toEqual(welcomed);
  });

  test('and is told what an owner with an e-mail address for a name is called on the host', async () => {
    const owner = 'alice@example.com';
    await records.addUser(owner);
    const id = await records.addRunningSession({ owner, privateIp: '127.0.8.10' });
    const { token: ownersToken } = await service.tokenFor(id, owner);
    const answer = await ask({ sessionId: id, authenticationToken: ownersToken }, '127.0.8.10');
    const account = hostAccountName(owner, { os: 'linux', hostAccounts: 'local' });
    expect(answer).toEqual({ ...welcomed, xml: welcomed.xml.replace('alice', account) });
    expect((await records.eventsAbout(id)).at(-1)?.data).toMatchObject({ user: owner });
  });

  test('for a Windows desktop, by the name console, and is told no about the desktop of another host', async () => {
    const other = await records.addRunningSession({ os: 'windows', privateIp: '127.0.8.8' });
    const windows = await records.addRunningSession({ os: 'windows', privateIp: '127.0.8.9' });
    const { token: windowsToken, dcvSessionId } = await service.tokenFor(windows);
    expect(dcvSessionId).toBe('console');
    const fields = { sessionId: 'console', authenticationToken: windowsToken };
    expect(await ask(fields, '127.0.8.9')).toEqual(welcomed);
    expect(await ask(fields, '127.0.8.8')).toEqual(refused);
    expect(await denialReasons(windows)).toEqual(['wrong-host']);
    expect(await denialReasons(other)).toEqual([]);
  });
});

describe('a refusal', () => {
  test('writes no connection, and uses the token up for nobody', async () => {
    expect(await ask({}, '127.66.66.66')).toEqual(refused);
    const { rows } = await records.owner.query(
      `select first_used_at, (select count(*)::int from token_service.dcv_connections where session_id = $1) as connections
       from token_service.dcv_tokens where session_id = $1`,
      [sessionId],
    );
    expect(rows).toEqual([{ first_used_at: null, connections: 0 }]);
    expect(await ask()).toEqual(welcomed);
  });

  test('neither token nor keys are in any event or log line', async () => {
    await ask();
    await ask({}, '127.66.66.66');
    await ask({ authenticationToken: `${token}x` });
    const { rows } = await records.owner.query('select event from token_service.outbox');
    const written = JSON.stringify(rows) + JSON.stringify(service.logLines);
    expect(written).not.toContain(token);
    expect(written).not.toContain(token.slice(-40));
    expect(written).not.toContain(key);
  });
});

describe('reconnecting', () => {
  test('works with the same token until it expires, and is checked anew each time', async () => {
    expect(await ask()).toEqual(welcomed);
    service.clock.advance({ hours: 11, minutes: 59 });
    expect(await ask()).toEqual(welcomed);
    await records.change(sessionId, { access_epoch: 2 });
    expect(await ask()).toEqual(refused);
    service.clock.advance({ minutes: 2 });
    expect(await ask()).toEqual(refused);
    expect(await denialReasons()).toEqual(['access-ended', 'token-expired']);
  });

  test('remembers the first use, not the latest', async () => {
    const first = service.clock.now();
    await ask();
    service.clock.advance({ hours: 1 });
    await ask();
    const { rows } = await records.owner.query<{ first_used_at: Date }>(
      'select first_used_at from token_service.dcv_tokens where session_id = $1',
      [sessionId],
    );
    expect(rows[0]?.first_used_at).toEqual(first.toJSDate());
  });

  test('twenty at once are twenty connections', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(answers).toEqual(Array(20).fill(welcomed));
    const { rows } = await records.owner.query(
      'select count(*)::int as connections from token_service.dcv_connections where session_id = $1',
      [sessionId],
    );
    expect(rows).toEqual([{ connections: 20 }]);
  });
});

describe('keys', () => {
  test('a token of the previous key connects while the key is in the list, and not after', async () => {
    const next = newKey();
    const databaseUrl = records.database.urlFor('token_service');
    const rotating = await startService({ databaseUrl, keys: [next, key] });
    const after = await startService({ databaseUrl, keys: [next] });
    const fields = { sessionId, authenticationToken: token };
    try {
      expect(await rotating.ask(fields, hostAddress)).toEqual(welcomed);
      expect(await after.ask(fields, hostAddress)).toEqual(refused);
      const renewed = (await rotating.tokenFor(sessionId)).token;
      expect(await after.ask({ ...fields, authenticationToken: renewed }, hostAddress)).toEqual(welcomed);
    } finally {
      await rotating.close();
      await after.close();
    }
  });
});

describe('the address of the host', () => {
  test('is the one that a trusted proxy reports, and no more than that', async () => {
    const behindProxy = await startService({
      databaseUrl: records.database.urlFor('token_service'),
      keys: [key],
      trustedProxies: ['127.1.0.0/16'],
    });
    const fields = { sessionId, authenticationToken: token };
    const through = (proxy: string, forwarded: string) =>
      behindProxy.ask(fields, proxy, { 'x-forwarded-for': forwarded });
    try {
      expect(await through('127.1.0.1', hostAddress)).toEqual(welcomed);
      expect(await through('127.1.0.1', `::ffff:${hostAddress}`)).toEqual(welcomed);
      expect(await through('127.1.0.1', `198.51.100.1, ${hostAddress}, 127.1.2.3`)).toEqual(welcomed);
      expect(await through('127.1.0.1', `${hostAddress}, 198.51.100.1`)).toEqual(refused);
      expect(await through('127.1.0.1', '; drop table')).toEqual(refused);
      expect(await through('127.2.0.1', hostAddress)).toEqual(refused);
    } finally {
      await behindProxy.close();
    }
  });

  test('is the socket’s own where no proxy is trusted, whatever headers say', async () => {
    expect(
      await ask({}, '127.66.66.66', { 'x-forwarded-for': hostAddress, forwarded: `for=${hostAddress}` }),
    ).toEqual(refused);
    expect(await ask({}, hostAddress, { 'x-forwarded-for': '198.51.100.1' })).toEqual(welcomed);
  });

  test('is known on a socket that speaks IPv6, too', async () => {
    const dualStack = await startService({
      databaseUrl: records.database.urlFor('token_service'),
      keys: [key],
      host: '::',
    });
    try {
      expect(await dualStack.ask({ sessionId, authenticationToken: token }, hostAddress)).toEqual(welcomed);
    } finally {
      await dualStack.close();
    }
  });
});
