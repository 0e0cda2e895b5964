import type { ConnectionDenialReason } from '@deskfleet/contracts';
import { eventCatalogue } from '@deskfleet/contracts';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createRecords,
  newKey,
  type Records,
  type ServiceUnderTest,
  startService,
} from './token-service-under-test.ts';

const words =
  '<auth result="no"><message>The connection was refused. Get a new one from the portal.</message></auth>';
const xml = 'text/xml; charset=utf-8';

/** One owner, one guest and one running desktop with a token of each, all of them new for every case. */
interface Good {
  owner: string;
  guest: string;
  shareId: string;
  sessionId: string;
  hostAddress: string;
  /** The owner's. */
  token: string;
  guestsToken: string;
}

interface Case {
  /** What is different. */
  why: string;
  arrange?(good: Good): Promise<unknown> | unknown;
  /** Fields that are asked instead of the owner's good ones. */
  fields?(good: Good): Record<string, string>;
  from?: string;
  /** 401 unless the question itself is at fault. */
  status?: number;
  /** How often it is asked; the last answer counts. */
  times?: number;
  /** Where the token cannot be opened, nothing is known but the addresses. */
  nothingKnown?: true;
  /** Without Postgres there is only the log. */
  unrecorded?: true;
}

const key = newKey();
let records: Records;
let service: ServiceUnderTest;
let good: Good;
let count = 0;

beforeAll(async () => {
  records = await createRecords();
});
afterAll(() => records.drop());

beforeEach(async () => {
  count += 1;
  service = await startService({
    databaseUrl: records.database.urlFor('token_service'),
    keys: [key],
    mostPerMinute: { authenticator: 5, resolver: 0 },
  });
  good = await goodFixture({ owner: `owner${count}`, guest: `guest${count}` });
  return () => service.close();
});

async function goodFixture({ owner, guest }: { owner: string; guest: string }): Promise<Good> {
  const hostAddress = `127.0.13.${count}`;
  for (const name of [owner, guest]) await records.addUser(name);
  const sessionId = await records.addRunningSession({ owner, privateIp: hostAddress });
  const shareId = await records.addShare(sessionId, guest);
  const { token } = await service.tokenFor(sessionId, owner);
  const { token: guestsToken } = await service.tokenFor(sessionId, guest);
  return { owner, guest, shareId, sessionId, hostAddress, token, guestsToken };
}

const sql = (text: string, ...values: unknown[]) => records.owner.query(text, values);
const asGuest = ({ guestsToken }: Good) => ({ authenticationToken: guestsToken });
const disable = (name: string) =>
  sql(
    'update api_gateway.users set disabled_at = now(), access_epoch = access_epoch + 1 where name = $1',
    name,
  );
const enable = (name: string) => sql('update api_gateway.users set disabled_at = null where name = $1', name);

/** Every reason that there is: the compiler tells when one is missing. */
const cases: Record<ConnectionDenialReason, Case[]> = {
  'token-malformed': [
    { why: 'no token of any kind', fields: () => ({ authenticationToken: 'AAAA.BBBB' }), nothingKnown: true },
    {
      why: 'its tag cut off',
      fields: ({ token }) => ({ authenticationToken: token.slice(0, token.lastIndexOf('.')) }),
      nothingKnown: true,
    },
    {
      why: 'its last characters cut off',
      fields: ({ token }) => ({ authenticationToken: token.slice(0, -4) }),
      nothingKnown: true,
    },
  ],
  'token-altered': [
    {
      why: 'another character in it',
      fields: ({ token }) => ({ authenticationToken: altered(token, token.length - 40) }),
      nothingKnown: true,
    },
    {
      why: 'another first character of its tag',
      fields: ({ token }) => ({ authenticationToken: altered(token, token.lastIndexOf('.') + 1) }),
      nothingKnown: true,
    },
  ],
  'token-key-unknown': [
    {
      why: 'made by a key that is not in the list',
      fields: ({ sessionId }) => ({ authenticationToken: foreignTokens.get(sessionId) ?? '' }),
      arrange: async ({ sessionId, owner }) => {
        const foreign = await startService({
          databaseUrl: records.database.urlFor('token_service'),
          keys: [newKey()],
        });
        foreignTokens.set(sessionId, (await foreign.tokenFor(sessionId, owner)).token);
        await foreign.close();
      },
      nothingKnown: true,
    },
  ],
  'token-expired': [{ why: 'after its life', arrange: () => service.clock.advance({ hours: 12 }) }],
  'first-use-too-late': [
    {
      why: 'first used after ten minutes',
      arrange: () => service.clock.advance({ minutes: 10, seconds: 1 }),
    },
  ],
  'token-unknown': [
    {
      why: 'its record is gone',
      arrange: ({ sessionId }) =>
        sql('delete from token_service.dcv_tokens where session_id = $1', sessionId),
    },
  ],
  'wrong-dcv-session': [
    { why: 'another DCV session is asked for', fields: () => ({ sessionId: 'console' }) },
  ],
  'wrong-host': [
    { why: 'another host asks', from: '127.66.66.66' },
    {
      why: 'the desktop has moved to another host',
      arrange: ({ sessionId }) => records.change(sessionId, { private_ip: '127.9.9.9' }),
    },
  ],
  'session-unknown': [
    {
      why: 'the session is gone',
      arrange: async ({ sessionId }) => {
        for (const table of ['shares', 'session_intents']) {
          await sql(`delete from api_gateway.${table} where session_id = $1`, sessionId);
        }
        await sql('delete from api_gateway.sessions where id = $1', sessionId);
      },
    },
  ],
  'user-unknown': [
    {
      why: 'the guest is gone',
      arrange: ({ guest }) => sql('delete from api_gateway.users where name = $1', guest),
      fields: asGuest,
    },
  ],
  'user-disabled': [
    { why: 'the owner is disabled', arrange: ({ owner }) => disable(owner) },
    { why: 'the guest is disabled', arrange: ({ guest }) => disable(guest), fields: asGuest },
  ],
  'user-access-ended': [
    {
      why: 'disabled, and enabled again',
      arrange: async ({ owner }) => {
        await disable(owner);
        await enable(owner);
      },
    },
    {
      why: 'a guest disabled, and enabled again',
      arrange: async ({ guest }) => {
        await disable(guest);
        await enable(guest);
      },
      fields: asGuest,
    },
  ],
  'not-owner': [
    {
      why: 'the session belongs to somebody else',
      arrange: ({ sessionId, guest }) =>
        sql('update api_gateway.sessions set owner = $2 where id = $1', sessionId, guest),
    },
  ],
  'share-ended': [
    { why: 'the share was withdrawn', arrange: ({ shareId }) => records.endShare(shareId), fields: asGuest },
    {
      why: 'the share has run out, though nobody has written that',
      arrange: ({ shareId }) =>
        sql(
          'update api_gateway.shares set expires_at = $2 where id = $1',
          shareId,
          service.clock.now().toJSDate(),
        ),
      fields: asGuest,
    },
    {
      why: 'another share took its place',
      arrange: async ({ shareId, sessionId, guest }) => {
        await records.endShare(shareId);
        await records.addShare(sessionId, guest);
      },
      fields: asGuest,
    },
    {
      why: 'the share is gone',
      arrange: ({ shareId }) => sql('delete from api_gateway.shares where id = $1', shareId),
      fields: asGuest,
    },
    {
      why: 'the share is of another session',
      arrange: async ({ shareId, owner }) => {
        const other = await records.addRunningSession({ owner });
        await sql('update api_gateway.shares set session_id = $2 where id = $1', shareId, other);
      },
      fields: asGuest,
    },
  ],
  'user-name-untellable': [
    {
      why: 'a name that XML cannot say',
      arrange: async () => {
        good = await goodFixture({ owner: `o\u0001${count}`, guest: `g\u0001${count}` });
      },
    },
  ],
  'access-ended': [
    {
      why: 'the session was stopped and started',
      arrange: ({ sessionId }) => records.change(sessionId, { access_epoch: 2 }),
    },
    {
      why: 'the same, for a guest',
      arrange: ({ sessionId }) => records.change(sessionId, { access_epoch: 2 }),
      fields: asGuest,
    },
  ],
  'session-not-running': [
    { why: 'it stops', arrange: ({ sessionId }) => records.change(sessionId, { state: 'stopping' }) },
  ],
  'stop-accepted': [
    { why: 'a stop was accepted', arrange: ({ sessionId }) => records.addIntent(sessionId, 'stop') },
    { why: 'its end was accepted', arrange: ({ sessionId }) => records.addIntent(sessionId, 'terminate') },
  ],
  'malformed-request': [
    { why: 'no session in it', fields: () => ({ sessionId: '' }), status: 400, nothingKnown: true },
  ],
  'too-many-requests': [{ why: 'the sixth question of a minute', times: 6, status: 429, nothingKnown: true }],
  'check-failed': [
    {
      why: 'Postgres does not answer',
      arrange: async () => {
        await service.close();
        service = await startService({ databaseUrl: 'postgres://nobody:x@127.0.0.1:1/none', keys: [key] });
      },
      unrecorded: true,
    },
  ],
};
const foreignTokens = new Map<string, string>();

describe.each(Object.entries(cases))('%s', (reason, table) => {
  test.each(table)('$why', async (one) => {
    const denialsBefore = await denials();
    await one.arrange?.(good);
    const { token, hostAddress, sessionId } = good;
    const fields = {
      sessionId,
      authenticationToken: token,
      clientAddress: '203.0.113.9',
      ...one.fields?.(good),
    };
    for (let turn = 1; turn < (one.times ?? 1); turn++) await service.ask(fields, hostAddress);
    const answer = await service.ask(fields, one.from ?? hostAddress);
    expect(answer).toEqual({ status: one.status ?? 401, type: xml, xml: words });
    expect(await outcomes()).toContain(`outcome="${reason}",service="token-service"} 1`);
    if (one.unrecorded) return;
    const known = one.nothingKnown ? null : { session_id: sessionId };
    const recorded = (await denials()).slice(denialsBefore.length);
    expect(recorded).toMatchObject([
      {
        reason,
        host_address: one.from ?? hostAddress,
        session_id: null,
        denied_at: service.clock.now().toJSDate(),
        ...known,
      },
    ]);
    const events = await records.eventsAbout(one.nothingKnown ? 'unknown' : sessionId);
    const event = events.at(-1);
    expect(event).toMatchObject({
      type: 'deskfleet.access.connection-denied.v1',
      data: { reason, hostAddress: one.from ?? hostAddress },
    });
    expect(Value.Errors(eventCatalogue['deskfleet.access.connection-denied.v1'], event?.data)).toEqual([]);
    expect(service.logLines.filter(({ level }) => level === 'warn')).toMatchObject([{ reason }]);
  });
});

test('the good fixture of all these connects, as owner and as guest', async () => {
  const { sessionId, token, guestsToken, hostAddress, owner, guest } = good;
  const says = (name: string) => ({ xml: `<auth result="yes"><username>${name}</username></auth>` });
  expect(await service.ask({ sessionId, authenticationToken: token }, hostAddress)).toMatchObject(
    says(owner),
  );
  const answer = await service.ask({ sessionId, authenticationToken: guestsToken }, hostAddress);
  expect(answer).toMatchObject(says(guest));
  const { rows } = await sql(
    'select user_name from token_service.dcv_connections where session_id = $1 order by authorized_at, id',
    sessionId,
  );
  expect(rows.map(({ user_name }) => user_name)).toEqual([owner, guest]);
  expect((await records.eventsAbout(sessionId)).at(-1)?.data).toMatchObject({ owner, user: guest });
});

test('guests of a desktop whose owner was disabled still connect: their shares count', async () => {
  const { sessionId, guestsToken, hostAddress, owner } = good;
  await disable(owner);
  const answer = await service.ask({ sessionId, authenticationToken: guestsToken }, hostAddress);
  expect(answer.status).toBe(200);
});

function altered(token: string, at: number): string {
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}

interface DenialRow {
  reason: string;
  session_id: string | null;
}

async function denials(): Promise<DenialRow[]> {
  const { rows } = await records.owner.query<DenialRow>(
    'select * from token_service.denied_connections order by id',
  );
  return rows;
}

function outcomes(): Promise<string> {
  return service.registry.getSingleMetricAsString('deskfleet_connection_decisions_total');
}
