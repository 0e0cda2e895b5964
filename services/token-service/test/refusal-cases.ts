import type { ConnectionDenialReason } from '@deskfleet/contracts';
import type { Good, Stage } from './refusal-stage.ts';
import { newKey } from './token-service-under-test.ts';

export interface RefusalCase {
  /** What is different. */
  why: string;
  arrange?(stage: Stage): Promise<unknown> | unknown;
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

const asGuest = ({ guestsToken }: Good) => ({ authenticationToken: guestsToken });

/** Every reason that there is: the compiler tells when one is missing. */
export const refusalCases: Record<ConnectionDenialReason, RefusalCase[]> = {
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
      arrange: async ({ good, start }) => {
        const foreign = await start({ keys: [newKey()] });
        good.token = (await foreign.tokenFor(good.sessionId, good.owner)).token;
        await foreign.close();
      },
      nothingKnown: true,
    },
  ],
  'token-expired': [
    { why: 'after its life', arrange: ({ service }) => service.clock.advance({ hours: 12 }) },
  ],
  'first-use-too-late': [
    {
      why: 'first used after ten minutes',
      arrange: ({ service }) => service.clock.advance({ minutes: 10, seconds: 1 }),
    },
  ],
  'token-unknown': [
    {
      why: 'its record is gone',
      arrange: ({ good: { sessionId }, sql }) =>
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
      arrange: ({ good: { sessionId }, records }) => records.change(sessionId, { private_ip: '127.9.9.9' }),
    },
  ],
  'session-unknown': [
    {
      why: 'the session is gone',
      arrange: async ({ good: { sessionId }, sql }) => {
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
      arrange: ({ good: { guest }, sql }) => sql('delete from api_gateway.users where name = $1', guest),
      fields: asGuest,
    },
  ],
  'user-disabled': [
    { why: 'the owner is disabled', arrange: ({ good: { owner }, disable }) => disable(owner) },
    {
      why: 'the guest is disabled',
      arrange: ({ good: { guest }, disable }) => disable(guest),
      fields: asGuest,
    },
  ],
  'user-access-ended': [
    {
      why: 'disabled, and enabled again',
      arrange: async ({ good: { owner }, disable, enable }) => {
        await disable(owner);
        await enable(owner);
      },
    },
    {
      why: 'a guest disabled, and enabled again',
      arrange: async ({ good: { guest }, disable, enable }) => {
        await disable(guest);
        await enable(guest);
      },
      fields: asGuest,
    },
  ],
  'not-owner': [
    {
      why: 'the session belongs to somebody else',
      arrange: ({ good: { sessionId, guest }, sql }) =>
        sql('update api_gateway.sessions set owner = $2 where id = $1', sessionId, guest),
    },
  ],
  'share-ended': [
    {
      why: 'the share was withdrawn',
      arrange: ({ good: { shareId }, records }) => records.endShare(shareId),
      fields: asGuest,
    },
    {
      why: 'the share has run out, though nobody has written that',
      arrange: ({ good: { shareId }, sql, service }) =>
        sql(
          'update api_gateway.shares set expires_at = $2 where id = $1',
          shareId,
          service.clock.now().toJSDate(),
        ),
      fields: asGuest,
    },
    {
      why: 'another share took its place',
      arrange: async ({ good: { shareId, sessionId, guest }, records }) => {
        await records.endShare(shareId);
        await records.addShare(sessionId, guest);
      },
      fields: asGuest,
    },
    {
      why: 'the share is gone',
      arrange: ({ good: { shareId }, sql }) => sql('delete from api_gateway.shares where id = $1', shareId),
      fields: asGuest,
    },
    {
      why: 'the share is of another session',
      arrange: async ({ good: { shareId, owner }, sql, records }) => {
        const other = await records.addRunningSession({ owner });
        await sql('update api_gateway.shares set session_id = $2 where id = $1', shareId, other);
      },
      fields: asGuest,
    },
  ],
  'user-name-untellable': [
    {
      why: 'a name that XML cannot say',
      arrange: async (stage) => {
        stage.good = await stage.newGood('\u0001');
      },
    },
  ],
  'access-ended': [
    {
      why: 'the session was stopped and started',
      arrange: ({ good: { sessionId }, records }) => records.change(sessionId, { access_epoch: 2 }),
    },
    {
      why: 'the same, for a guest',
      arrange: ({ good: { sessionId }, records }) => records.change(sessionId, { access_epoch: 2 }),
      fields: asGuest,
    },
  ],
  'session-not-running': [
    {
      why: 'it stops',
      arrange: ({ good: { sessionId }, records }) => records.change(sessionId, { state: 'stopping' }),
    },
  ],
  'stop-accepted': [
    {
      why: 'a stop was accepted',
      arrange: ({ good: { sessionId }, records }) => records.addIntent(sessionId, 'stop'),
    },
    {
      why: 'its end was accepted',
      arrange: ({ good: { sessionId }, records }) => records.addIntent(sessionId, 'terminate'),
    },
  ],
  'malformed-request': [
    { why: 'no session in it', fields: () => ({ sessionId: '' }), status: 400, nothingKnown: true },
  ],
  'too-many-requests': [{ why: 'the sixth question of a minute', times: 6, status: 429, nothingKnown: true }],
  'check-failed': [
    {
      why: 'Postgres does not answer',
      arrange: async (stage) => {
        await stage.service.close();
        stage.service = await stage.start({ databaseUrl: 'postgres://nobody:x@127.0.0.1:1/none' });
      },
      unrecorded: true,
    },
  ],
};

function altered(token: string, at: number): string {
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}
