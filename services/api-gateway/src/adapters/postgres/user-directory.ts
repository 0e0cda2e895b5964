import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';
import type { UserDirectory } from '../../application/ports.ts';
import type { Principal } from '../../domain/principal.ts';

/** How stale `last_seen_at` may be, and the knowledge that somebody was disabled if no event tells of it. */
const freshMilliseconds = 3 * 60_000;
/** No event tells that somebody is let in again. */
const freshWhileDisabledMilliseconds = 5_000;
/** Users whose row is known to be fresh; beyond it the longest known are looked up again. */
const mostKnown = 50_000;

/** Keeps a row for everybody who comes, written once in a while and not with every request. */
export function createUserDirectory(db: Kysely<Database>, now: () => number): UserDirectory {
  const known = new Map<string, { until: number; disabled: boolean }>();
  return {
    async recordSeen(principal) {
      const entry = known.get(principal.name);
      if (entry && entry.until > now()) return entry;
      const disabled = await upsert(db, principal);
      known.delete(principal.name);
      const fresh = disabled ? freshWhileDisabledMilliseconds : freshMilliseconds;
      known.set(principal.name, { until: now() + fresh, disabled });
      if (known.size > mostKnown) known.delete(known.keys().next().value ?? '');
      return { disabled };
    },
    forget: (name) => void known.delete(name),
    async readTimezone(name) {
      const user = db.selectFrom('api_gateway.users').where('name', '=', name).select('timezone');
      return (await user.executeTakeFirst())?.timezone ?? null;
    },
    async keepTimezone(name, timezone) {
      await db.updateTable('api_gateway.users').set({ timezone }).where('name', '=', name).execute();
    },
  };
}

async function upsert(db: Kysely<Database>, { name, displayName, email }: Principal): Promise<boolean> {
  const { rows } = await sql<{ disabled: boolean }>`
    insert into api_gateway.users as u (name, display_name, email, last_seen_at)
    values (${name}, ${displayName}, ${email}, now())
    on conflict (name) do update set display_name = coalesce(excluded.display_name, u.display_name),
      email = coalesce(excluded.email, u.email), last_seen_at = excluded.last_seen_at
    returning disabled_at is not null as disabled`.execute(db);
  return rows[0]?.disabled ?? false;
}
