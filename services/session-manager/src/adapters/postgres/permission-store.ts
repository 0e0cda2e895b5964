import { type Database, transact } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { PermissionStore, SharedDesktop } from '../../application/permission-ports.ts';

/** No file has this digest: it is not known what the host has. */
const unknownDigest = '';

/** What hosts were told, in Postgres (application/permission-ports.ts). */
export function createPermissionStore(db: Kysely<Database>): PermissionStore {
  return {
    async look(now) {
      const desktops = await desktopsQuery(db, now).execute();
      const shares = await sharesQuery(db, {
        now,
        sessionIds: desktops.map((row) => row.session_id),
      }).execute();
      const bySession = Map.groupBy(shares, (share) => share.session_id);
      return desktops.map((row) => desktopOf(row, bySession.get(row.session_id) ?? []));
    },

    begin: ({ sessionId, stateSince }, number) =>
      transact(db, 'session-manager.begin-permissions', async (trx) => {
        const row = await trx
          .insertInto('session_manager.host_permissions')
          .columns(['session_id', 'state_since', 'digest', 'share_ids', 'applied_at'])
          .expression((eb) =>
            eb
              .selectFrom('session_manager.session_runtime as r')
              .where('r.session_id', '=', sessionId)
              .where('r.state', '=', 'running')
              .where('r.desired', '=', 'running')
              .select((e) => [
                'r.session_id',
                e.cast<Date>(e.val(stateSince), 'timestamptz').as('state_since'),
                e.val(unknownDigest).as('digest'),
                sql<string[]>`'{}'::uuid[]`.as('share_ids'),
                e.cast<Date>(e.val(number), 'timestamptz').as('applied_at'),
              ]),
          )
          .onConflict((conflict) =>
            conflict.column('session_id').doUpdateSet({ digest: unknownDigest, applied_at: number }),
          )
          .returning('session_id')
          .executeTakeFirst();
        return row !== undefined;
      }),

    record: ({ sessionId, stateSince, digest, shareIds, appliedAt }) =>
      transact(db, 'session-manager.record-permissions', async (trx) => {
        await trx
          .updateTable('session_manager.host_permissions')
          .set({ state_since: stateSince, digest, share_ids: shareIds, applied_at: appliedAt })
          .where('session_id', '=', sessionId)
          .where('digest', '=', unknownDigest)
          .where('applied_at', '=', appliedAt)
          .execute();
      }),

    async forgetEnded() {
      await db
        .deleteFrom('session_manager.host_permissions as p')
        .using('session_manager.session_runtime as r')
        .whereRef('r.session_id', '=', 'p.session_id')
        .where('r.state', '=', 'terminated')
        .execute();
    },
  };
}

/** Those that run and are shared, or were told something, or belong to somebody who is disabled; oldest first. */
function desktopsQuery(db: Kysely<Database>, now: Date) {
  return db
    .with('candidate', (qb) =>
      qb
        .selectFrom('api_gateway.shares as h')
        .where('h.ended_at', 'is', null)
        .where('h.expires_at', '>', now)
        .select('h.session_id')
        .union(qb.selectFrom('session_manager.host_permissions as p').select('p.session_id'))
        .union(
          qb
            .selectFrom('api_gateway.users as u')
            .innerJoin('api_gateway.sessions as s', 's.owner', 'u.name')
            .where('u.disabled_at', 'is not', null)
            .where('s.ended_at', 'is', null)
            .select('s.id as session_id'),
        ),
    )
    .selectFrom('candidate as c')
    .innerJoin('session_manager.session_runtime as r', 'r.session_id', 'c.session_id')
    .innerJoin('api_gateway.sessions as s', 's.id', 'c.session_id')
    .innerJoin('api_gateway.users as o', 'o.name', 's.owner')
    .leftJoin('session_manager.host_permissions as p', 'p.session_id', 'c.session_id')
    .where('r.state', '=', 'running')
    .where('r.desired', '=', 'running')
    .where('r.instance_id', 'is not', null)
    .orderBy('r.session_id')
    .select(['r.session_id', 'r.state_since', 'r.instance_id', 's.owner', 's.os', 'o.disabled_at'])
    .select(['p.digest', 'p.state_since as told_state_since', 'p.applied_at']);
}

function sharesQuery(db: Kysely<Database>, { now, sessionIds }: { now: Date; sessionIds: string[] }) {
  return db
    .selectFrom('api_gateway.shares as h')
    .innerJoin('api_gateway.users as g', 'g.name', 'h.user_name')
    .where('h.session_id', '=', sql<string>`any(${sessionIds}::uuid[])`)
    .where('h.ended_at', 'is', null)
    .where('h.expires_at', '>', now)
    .where('g.disabled_at', 'is', null)
    .select(['h.id', 'h.session_id', 'h.user_name', 'h.features', 'h.expires_at']);
}

type DesktopRow = Awaited<ReturnType<ReturnType<typeof desktopsQuery>['execute']>>[number];
type ShareRow = Awaited<ReturnType<ReturnType<typeof sharesQuery>['execute']>>[number];

function desktopOf(row: DesktopRow, shares: ShareRow[]): SharedDesktop {
  const { digest, told_state_since, applied_at } = row;
  return {
    sessionId: row.session_id,
    owner: row.owner,
    ownerIsDisabled: row.disabled_at !== null,
    os: row.os,
    instanceId: row.instance_id ?? '',
    stateSince: row.state_since,
    shares: shares.map(({ id, user_name, features, expires_at }) => ({
      id,
      user: user_name,
      features,
      expiresAt: expires_at,
    })),
    told:
      digest === null || told_state_since === null || applied_at === null
        ? null
        : { digest, stateSince: told_state_since, appliedAt: applied_at },
  };
}
