import { type RawBuilder, sql } from 'kysely';
import type { Guest } from '../../domain/session-record.ts';

/** What Postgres makes of `guestsColumn`. */
export type GuestsColumn = { shareId: string; user: string; permissions: string; expiresAt: string }[] | null;

/**
 * Whether a share (`h`) counts now. One that has run out counts no more, whether or not its end has been written down; the
 * same rule is in token-service and session-manager.
 */
export const countsNow = sql<boolean>`(h.ended_at is null and h.expires_at > now())`;

/** The shares of a session that count now. */
export function guestsColumn(sessionId: string): RawBuilder<GuestsColumn> {
  return sql<GuestsColumn>`(
    select json_agg(json_build_object('shareId', h.id, 'user', h.user_name, 'permissions', h.permissions,
      'expiresAt', h.expires_at) order by h.id)
    from api_gateway.shares h
    where h.session_id = ${sql.ref(sessionId)} and ${countsNow})`;
}

export function toGuests(column: GuestsColumn): Guest[] {
  return (column ?? []).map(({ expiresAt, ...guest }) => ({ ...guest, expiresAt: new Date(expiresAt) }));
}
