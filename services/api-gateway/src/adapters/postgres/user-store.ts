import type { AdminUser } from '@deskfleet/contracts';
import { type Database, transact } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { UserQuery, UserStore } from '../../application/edit-users.ts';
import type { AnnounceEvent } from './announce-event.ts';
import { appendAudit } from './audit-log.ts';
import { containing } from './containing.ts';
import { endSharesOf } from './share-store.ts';

/** The users as administrators see and disable them. */
export function createUserStore(db: Kysely<Database>, announce: AnnounceEvent): UserStore {
  return {
    list: async (query) => (await listQuery(db, query).execute()).map(toUser),
    async find(name) {
      const row = await selectUsers(db).where('name', '=', name).executeTakeFirst();
      return row ? toUser(row) : null;
    },
    edit: (name, work) =>
      transact(db, 'api-gateway.edit-user', async (trx) => {
        const row = await selectUsers(trx).where('name', '=', name).forUpdate().executeTakeFirst();
        return work({
          user: row ? toUser(row) : null,
          async setDisabled(disabledAt) {
            const epoch = disabledAt === null ? {} : { access_epoch: sql<number>`access_epoch + 1` };
            const change = { disabled_at: disabledAt, ...epoch };
            await trx.updateTable('api_gateway.users').set(change).where('name', '=', name).execute();
          },
          endShares: (endingOf) => endSharesOf(trx, name, { announce, endingOf }),
          announce: (announcement) => announce(trx, announcement),
          audit: (entry) => appendAudit(trx, entry),
        });
      }),
  };
}

function listQuery(db: Kysely<Database>, { search, disabled, after, limit }: UserQuery) {
  let query = selectUsers(db).orderBy('name').limit(limit);
  if (after !== null) query = query.where('name', '>', after);
  if (disabled !== null) query = query.where('disabled_at', disabled ? 'is not' : 'is', null);
  if (search !== null) {
    const pattern = containing(search);
    query = query.where((where) =>
      where.or([
        where('name', 'ilike', pattern),
        where('display_name', 'ilike', pattern),
        where('email', 'ilike', pattern),
      ]),
    );
  }
  return query;
}

function selectUsers(db: Kysely<Database>) {
  return db
    .selectFrom('api_gateway.users')
    .select(['name', 'display_name', 'email', 'created_at', 'last_seen_at', 'disabled_at']);
}

type UserRow = Awaited<ReturnType<ReturnType<typeof selectUsers>['execute']>>[number];

function toUser(row: UserRow): AdminUser {
  return {
    name: row.name,
    displayName: row.display_name,
    email: row.email,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    disabled: row.disabled_at !== null,
    disabledAt: row.disabled_at?.toISOString() ?? null,
  };
}
