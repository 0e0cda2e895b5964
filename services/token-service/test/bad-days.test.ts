import { createServer } from 'node:net';
import { connectDatabase } from '@deskfleet/database';
import { createLogger, systemClock } from '@deskfleet/runtime';
import { eventually } from '@deskfleet/testkit';
import { Duration } from 'luxon';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pruneRecords } from '../src/adapters/postgres/prune-records.ts';
import { pruneAll } from '../src/adapters/postgres/start-pruning.ts';
import {
  createRecords,
  newKey,
  type Records,
  type ServiceSettings,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

const key = newKey();
const hostAddress = '127.0.9.1';
let records: Records;
let databaseUrl: string;

beforeAll(async () => {
  records = await createRecords();
  databaseUrl = records.database.urlFor('token_service');
  await records.addUser('alice');
});
afterAll(() => records.drop());

async function withService(
  settings: Partial<ServiceSettings>,
  use: (service: ServiceUnderTest, sessionId: string) => Promise<void>,
): Promise<void> {
  const service = await startService({ databaseUrl, keys: [key], ...settings });
  const sessionId = await records.addRunningSession({ privateIp: hostAddress });
  try {
    await use(service, sessionId);
  } finally {
    await service.close();
  }
}

/** How many of the service's statements wait for the lock of a session. */
async function waiting(): Promise<number> {
  const { rows } = await records.owner.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name = 'token-service' and wait_event = 'advisory'`,
  );
  return rows[0]?.count ?? 0;
}

/** Decides about the session while a connection is being asked for, holding its lock from before until after. */
async function whileLocked(
  sessionId: string,
  ask: () => Promise<unknown>,
  act: (sql: Sql) => Promise<unknown>,
) {
  const client = await records.owner.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`session:${sessionId}`]);
    const asked = ask();
    await eventually(async () => (await waiting()) === 1);
    await act((text, values) => client.query(text, values));
    await client.query('commit');
    return await asked;
  } finally {
    client.release();
  }
}

type Sql = (text: string, values: unknown[]) => Promise<unknown>;

async function connectionsOf(sessionId: string): Promise<number> {
  const { rows } = await records.owner.query<{ count: number }>(
    'select count(*)::int as count from token_service.dcv_connections where session_id = $1',
    [sessionId],
  );
  return rows[0]?.count ?? -1;
}

describe('a stop and a connection at the same time', () => {
  test('a connection asked for while the epoch is raised waits, and is refused', () =>
    withService({}, async (service, sessionId) => {
      const { token } = await service.tokenFor(sessionId);
      const answer = await whileLocked(
        sessionId,
        () => service.ask({ sessionId, authenticationToken: token }, hostAddress),
        (sql) =>
          sql(
            'update session_manager.session_runtime set access_epoch = access_epoch + 1 where session_id = $1',
            [sessionId],
          ),
      );
      expect(answer).toMatchObject({ status: 401 });
      expect(await connectionsOf(sessionId)).toBe(0);
    }));

  test('a connection asked for while a stop is accepted waits, and is refused', () =>
    withService({}, async (service, sessionId) => {
      const { token } = await service.tokenFor(sessionId);
      const answer = await whileLocked(
        sessionId,
        () => service.ask({ sessionId, authenticationToken: token }, hostAddress),
        async (sql) => {
          await sql('update api_gateway.sessions set generation = 2 where id = $1', [sessionId]);
          await sql(
            `insert into api_gateway.session_intents (session_id, seq, kind, args, cause)
             values ($1, 2, 'stop', '{}', 'user:alice')`,
            [sessionId],
          );
        },
      );
      expect(answer).toMatchObject({ status: 401 });
    }));

  test('a decision that changes nothing lets the waiting connection in', () =>
    withService({}, async (service, sessionId) => {
      const { token } = await service.tokenFor(sessionId);
      const ask = () => service.ask({ sessionId, authenticationToken: token }, hostAddress);
      expect(await whileLocked(sessionId, ask, async () => {})).toMatchObject({ status: 200 });
    }));

  test('the session of another is not waited for', () =>
    withService({}, async (service, sessionId) => {
      const other = await records.addRunningSession({ privateIp: hostAddress });
      const { token } = await service.tokenFor(other);
      const { token: waitingToken } = await service.tokenFor(sessionId);
      await whileLocked(
        sessionId,
        () => service.ask({ sessionId, authenticationToken: waitingToken }, hostAddress),
        async () => {
          const answer = await service.ask({ sessionId: other, authenticationToken: token }, hostAddress);
          expect(answer.status).toBe(200);
        },
      );
    }));
});

describe('without Postgres', () => {
  test('a good token is refused, the log says why, and a token is not promised', async () => {
    await withService({}, async (service, sessionId) => {
      const { token } = await service.tokenFor(sessionId);
      const port = await portWithoutServer();
      await withService({ databaseUrl: `postgres://nobody:x@127.0.0.1:${port}/none` }, async (cutOff) => {
        const answer = await cutOff.ask({ sessionId, authenticationToken: token }, hostAddress);
        expect(answer).toMatchObject({ status: 401, type: 'text/xml; charset=utf-8' });
        expect(answer.xml).toContain('result="no"');
        expect(cutOff.logLines).toContainEqual(
          expect.objectContaining({ level: 'error', err: expect.objectContaining({ code: 'ECONNREFUSED' }) }),
        );
        expect((await cutOff.issue({ sessionId, user: 'alice' })).status).toBe(503);
        const forged = await cutOff.ask({ sessionId, authenticationToken: 'forged' }, hostAddress);
        expect(forged.status).toBe(401);
      });
    });
  });

  test('a connection cut while it was being decided is refused, and the next one is decided again', () =>
    withService({}, async (service, sessionId) => {
      const { token } = await service.tokenFor(sessionId);
      const ask = () => service.ask({ sessionId, authenticationToken: token }, hostAddress);
      const cut = (sql: Sql) =>
        sql(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name = $1`,
          ['token-service'],
        );
      expect(await whileLocked(sessionId, ask, cut)).toMatchObject({ status: 401 });
      expect(await connectionsOf(sessionId)).toBe(0);
      expect(await ask()).toMatchObject({ status: 200 });
    }));
});

describe('a flood of forged tokens', () => {
  test('leaves no more events and rows than the budget allows, and counts the rest', () =>
    withService({ denialLimits: { perAddress: 5, inAll: 8 } }, async (service, sessionId) => {
      const count = async () => (await records.eventsAbout('unknown')).length;
      const denials = async () =>
        (await records.owner.query('select from token_service.denied_connections')).rowCount ?? -1;
      const [before, deniedBefore] = [await count(), await denials()];
      const forge = (from: string) => service.ask({ sessionId, authenticationToken: 'forged' }, from);
      await Promise.all(Array.from({ length: 40 }, () => forge('127.6.0.1')));
      expect((await count()) - before).toBe(5);
      await Promise.all(Array.from({ length: 10 }, (_, at) => forge(`127.6.1.${at}`)));
      expect((await count()) - before).toBe(8);
      expect(
        await service.registry.getSingleMetricAsString('deskfleet_connection_denials_unrecorded_total'),
      ).toMatch(/ 42$/m);
      service.clock.advance({ minutes: 1 });
      await forge('127.6.0.1');
      expect((await count()) - before).toBe(9);
      expect((await denials()) - deniedBefore).toBe(9);
      expect(service.logLines.filter(({ level }) => level === 'warn')).toHaveLength(9);
    }));
});

describe('pruning', () => {
  test('removes the records of expired tokens, many at once, and keeps the others', () =>
    withService({}, async (service, sessionId) => {
      await records.owner.query('delete from token_service.dcv_tokens');
      const { token, tokenId } = await service.tokenFor(sessionId);
      await records.owner.query(
        `insert into token_service.dcv_tokens (id, session_id, user_name, access_epoch, first_use_by, expires_at)
         select gen_random_uuid(), $1, 'alice', 1, now() - interval '2 days', now() - interval '2 days'
         from generate_series(1, 2500)`,
        [sessionId],
      );
      const { db, close } = connectDatabase({
        url: databaseUrl,
        applicationName: 'prune',
        onConnectionLost: () => {},
      });
      const deleted = await Promise.all([
        pruneRecords(db, 'dcv_tokens', service.clock.now()),
        pruneRecords(db, 'dcv_tokens', service.clock.now()),
      ]);
      await close();
      expect(deleted[0] + deleted[1]).toBe(2_500);
      const { rows } = await records.owner.query('select id from token_service.dcv_tokens');
      expect(rows).toEqual([{ id: tokenId }]);
      expect((await service.ask({ sessionId, authenticationToken: token }, hostAddress)).status).toBe(200);
    }));

  test('removes connections and denials that are older than the log is kept, many at once, and no others', async () => {
    const { owner } = records;
    for (const table of ['dcv_connections', 'denied_connections']) {
      await owner.query(`delete from token_service.${table}`);
    }
    const ages = `select gen_random_uuid(), 'alice', '10.0.0.1', now() - interval '90 days' - age * interval '1 second'
       from (select generate_series(1, 2500) union all select -60) as ages (age)`;
    await owner.query(
      `insert into token_service.dcv_connections (id, user_name, host_address, authorized_at, session_id, token_id)
       select *, gen_random_uuid(), gen_random_uuid() from (${ages}) as rows`,
    );
    await owner.query(
      `insert into token_service.denied_connections (id, user_name, host_address, denied_at, reason)
       select *, 'wrong-host' from (${ages}) as rows`,
    );
    const { db, close } = connectDatabase({
      url: databaseUrl,
      applicationName: 'prune',
      onConnectionLost: () => {},
    });
    const logger = createLogger({ service: 'token-service', level: 'silent' });
    await pruneAll({ db, clock: systemClock, logger, keepLog: Duration.fromObject({ days: 90 }) });
    await close();
    const { rows } = await owner.query(
      `select (select count(*)::int from token_service.dcv_connections) as connections,
         (select count(*)::int from token_service.denied_connections) as denials`,
    );
    expect(rows).toEqual([{ connections: 1, denials: 1 }]);
  });
});

/** A port of this machine at which nobody listens. */
async function portWithoutServer(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
