import type {
  ConnectionAttempt,
  HistoryKind,
  SessionConnectionAttempt,
  SessionState,
  SessionTransition,
} from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ConnectionFilter, HistoryPage, HistoryReader } from '../../application/read-history.ts';
import { describeDenial } from '../../domain/describe-denial.ts';
import { type GuestsColumn, guestsColumn, toGuests } from './live-guests.ts';
import type { PreparedReads } from './prepared-reads.ts';

/** Reads what happened out of the records of the services that did it, each answer in one query. */
export function createHistoryReader(db: Kysely<Database>, reads: PreparedReads): HistoryReader {
  return {
    async ofSession(sessionId, kinds, page) {
      const rows = await reads.rows(historyQuery(sessionId, kinds, page).compile(db));
      const [first] = rows;
      if (!first) return null;
      const entries = rows.flatMap((row) =>
        row.mark === null ? [] : [{ key: keyOf(row), item: toItem(row) }],
      );
      return { owner: first.owner, guests: toGuests(first.guests), entries };
    },
    async connections(filter, page) {
      const rows = await reads.rows(logQuery(filter, page).compile(db));
      return rows.map((row) => ({ key: keyOf(row), item: toAttempt(row) }));
    },
  };
}

/** The place of an entry: its instant in microseconds since 1970, the table it is of, and its key there. */
interface Place {
  micros: string;
  mark: 't' | 'a' | 'd';
  key: string;
}

interface TransitionRow extends Place {
  mark: 't';
  at: Date;
  from_state: SessionState | null;
  to_state: SessionState;
  cause: string;
  reason_code: string | null;
  reason_sentence: string | null;
  event_id: string | null;
}

interface AttemptRow extends Place {
  mark: 'a' | 'd';
  at: Date;
  user_name: string | null;
  client_address: string | null;
  host_address: string;
  reason_code: string | null;
}

/** A session without any history is one row without a mark, which tells it from a missing session. */
type HistoryRow = { owner: string; guests: GuestsColumn } & (TransitionRow | AttemptRow | { mark: null });
type LogRow = AttemptRow & { session_id: string | null; name: string | null; owner: string | null };

function historyQuery(
  sessionId: string,
  kinds: readonly HistoryKind[],
  page: HistoryPage,
): RawBuilder<HistoryRow> {
  const own = sql`session_id = s.id`;
  const branches = [
    ...(kinds.includes('transition') ? [transitions(own, page)] : []),
    ...(kinds.includes('connection') ? [authorized(own, page), denied(own, page)] : []),
  ];
  return sql<HistoryRow>`
    select s.owner, ${guestsColumn('s.id')} as guests, h.* from api_gateway.sessions s left join lateral (
      ${newestOf(branches, page)}
    ) h on true where s.id = ${sessionId} order by h.at desc, h.mark desc, h.key desc`;
}

function logQuery({ sessionId, user, outcome }: ConnectionFilter, page: HistoryPage): RawBuilder<LogRow> {
  const ofSession = sessionId === null ? sql`true` : sql`session_id = ${sessionId}`;
  const where = user === null ? ofSession : sql`${ofSession} and user_name = ${user}`;
  const branches = [
    ...(outcome === 'denied' ? [] : [authorized(where, page)]),
    ...(outcome === 'authorized' ? [] : [denied(where, page)]),
  ];
  return sql<LogRow>`
    select h.*, s.name, s.owner from (${newestOf(branches, page)}) h
    left join api_gateway.sessions s on s.id = h.session_id
    order by h.at desc, h.mark desc, h.key desc`;
}

/** Each branch is in order and limited, so that only a page of each table is read. */
function newestOf(branches: RawBuilder<unknown>[], { limit }: HistoryPage): RawBuilder<unknown> {
  return sql`
    select *, (extract(epoch from at) * 1000000)::bigint::text as micros
    from (${sql.join(branches, sql` union all `)}) entries
    order by at desc, mark desc, key desc limit ${limit}`;
}

type Condition = RawBuilder<unknown>;

function transitions(where: Condition, page: HistoryPage): RawBuilder<unknown> {
  // Padded, so that the numbers are in order as text.
  const key = sql`lpad(id::text, 20, '0')`;
  return sql`(
    select at, 't' as mark, ${key} as key, session_id, from_state, to_state, cause, reason_code, reason_sentence,
      event_id, null as user_name, null as client_address, null as host_address
    from session_manager.session_transitions where ${where} and ${isBefore(page, { at: sql`at`, mark: 't', key })}
    order by at desc, id desc limit ${page.limit})`;
}

function authorized(where: Condition, page: HistoryPage): RawBuilder<unknown> {
  const at = sql`authorized_at`;
  return attempts(
    { mark: 'a', at, reason: sql`null`, table: sql`token_service.dcv_connections` },
    where,
    page,
  );
}

function denied(where: Condition, page: HistoryPage): RawBuilder<unknown> {
  const at = sql`denied_at`;
  const table = sql`token_service.denied_connections`;
  return attempts({ mark: 'd', at, reason: sql`reason`, table }, where, page);
}

interface AttemptSource {
  mark: 'a' | 'd';
  at: RawBuilder<unknown>;
  reason: RawBuilder<unknown>;
  table: RawBuilder<unknown>;
}

function attempts({ mark, at, reason, table }: AttemptSource, where: Condition, page: HistoryPage) {
  const key = sql`id::text`;
  return sql`(
    select ${at} as at, ${sql.lit(mark)} as mark, ${key} as key, session_id, null as from_state, null as to_state,
      null as cause, ${reason} as reason_code, null as reason_sentence, null::uuid as event_id, user_name,
      client_address, host_address
    from ${table} where ${where} and ${isBefore(page, { at, mark, key })}
    order by ${at} desc, id desc limit ${page.limit})`;
}

interface Position {
  at: RawBuilder<unknown>;
  mark: Place['mark'];
  key: RawBuilder<unknown>;
}

function isBefore({ before }: HistoryPage, { at, mark, key }: Position): Condition {
  if (before === null) return sql`true`;
  const [micros, lastMark, lastKey] = before.split('.');
  const last = sql`timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond'`;
  // The instant by itself as well, as an index can find that.
  return sql`${at} <= ${last} and (${at}, ${sql.lit(mark)}::text, ${key}) < (${last}, ${lastMark}::text, ${lastKey}::text)`;
}

function keyOf({ micros, mark, key }: Place): string {
  return `${micros}.${mark}.${key}`;
}

function toItem(row: TransitionRow | AttemptRow): SessionTransition | SessionConnectionAttempt {
  if (row.mark !== 't') return { kind: 'connection', ...attemptOf(row) };
  return {
    kind: 'transition',
    from: row.from_state,
    to: row.to_state,
    cause: row.cause,
    reason: row.reason_code === null ? null : { code: row.reason_code, sentence: row.reason_sentence ?? '' },
    at: row.at.toISOString(),
    eventId: row.event_id,
  };
}

function toAttempt({ session_id: id, name, owner, ...row }: LogRow): ConnectionAttempt {
  const session = id === null || name === null || owner === null ? null : { id, name, owner };
  return { session, ...attemptOf(row) };
}

function attemptOf(row: AttemptRow): Omit<SessionConnectionAttempt, 'kind'> {
  return {
    outcome: row.mark === 'a' ? 'authorized' : 'denied',
    user: row.user_name,
    clientAddress: row.client_address,
    hostAddress: row.host_address,
    reason: row.reason_code === null ? null : describeDenial(row.reason_code),
    at: row.at.toISOString(),
  };
}
