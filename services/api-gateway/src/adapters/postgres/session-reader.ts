import type { OperatingSystem } from '@deskfleet/contracts';
import type { Database } from '@deskfleet/database';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SessionQuery, SessionReader } from '../../application/ports.ts';
import type { SessionRecord } from '../../domain/session-record.ts';
import { containing } from './containing.ts';
import { countsNow } from './live-guests.ts';
import type { PreparedReads } from './prepared-reads.ts';
import { type SessionRow, selectSessions, toSessionRecord } from './session-rows.ts';

/** Reads sessions, each answer in one query. */
export function createSessionReader(db: Kysely<Database>, reads: PreparedReads): SessionReader {
  const one = selectSessions(db).where('s.id', '=', '').$castTo<SessionRow>().compile();
  return {
    async findSession(id): Promise<SessionRecord | null> {
      const [row] = await reads.rows(one, [id]);
      return row ? toSessionRecord(row) : null;
    },
    async listSessions(query) {
      const rows = await reads.rows(listQuery(db, query).$castTo<SessionRow>().compile());
      return rows.map(toSessionRecord);
    },
    async listShared(user) {
      const rows = await reads.rows(sharedQuery(db, user).compile());
      return rows.map(({ created_at, expires_at, ...row }) => ({
        ...row,
        from: created_at.getTime(),
        expiresAt: expires_at.getTime(),
      }));
    },
    async countLiveSessions(owner) {
      const rows = await reads.rows(countQuery(db, owner).compile());
      const count = (os: OperatingSystem) => Number(rows.find((row) => row.os === os)?.count ?? 0);
      return { linux: count('linux'), windows: count('windows') };
    },
  };
}

function listQuery(
  db: Kysely<Database>,
  { visibleTo, owner, states, os, project, search, before, limit }: SessionQuery,
) {
  let query = selectSessions(db).orderBy('s.id', 'desc').limit(limit);
  if (visibleTo !== null) {
    query = query.where((where) =>
      where.or([
        where('s.owner', '=', visibleTo),
        // An array, so that the planner knows it to be small and adds the two up from their indexes.
        where('s.id', '=', sharedWith(visibleTo)),
      ]),
    );
  }
  if (owner !== null) query = query.where('s.owner', '=', owner);
  if (os !== null) query = query.where('s.os', '=', os);
  if (project !== null) query = query.where('s.project_id', '=', project);
  if (before !== null) query = query.where('s.id', '<', before);
  if (states !== null) query = query.where(sql`coalesce(r.state, 'requested')`, '=', sql`any(${states})`);
  if (search !== null) {
    const pattern = containing(search);
    query = query.where((where) =>
      where.or([where('s.name', 'ilike', pattern), where('s.owner', 'ilike', pattern)]),
    );
  }
  return query;
}

/** Ids of the sessions that are shared with a user now. */
function sharedWith(user: string): RawBuilder<string> {
  return sql<string>`any(array(
    select h.session_id from api_gateway.shares h
    where h.user_name = ${user} and ${countsNow}))`;
}

function sharedQuery(db: Kysely<Database>, user: string) {
  return db
    .selectFrom('api_gateway.shares as h')
    .where('h.user_name', '=', user)
    .where(countsNow)
    .select(['h.id as shareId', 'h.session_id as sessionId', 'h.created_at', 'h.expires_at']);
}

function countQuery(db: Kysely<Database>, owner: string) {
  return db
    .selectFrom('api_gateway.sessions as s')
    .leftJoin('session_manager.session_runtime as r', 'r.session_id', 's.id')
    .where('s.owner', '=', owner)
    .where('s.ended_at', 'is', null)
    .where(sql<boolean>`r.state is distinct from 'terminated'`)
    .groupBy('s.os')
    .select((select) => ['s.os', select.fn.countAll().as('count')]);
}
