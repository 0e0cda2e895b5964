import type { IdleStatus } from '@deskfleet/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { IdleFinding } from '../../domain/session-record.ts';

/** A row of idle-monitor as JSON; times as ISO 8601. */
export interface IdleColumn {
  status: IdleStatus;
  sentence: string;
  checked_at: string | null;
  idle_since: string | null;
  stops_at: string | null;
  warned_at: string | null;
  unknown_checks: number;
}

/** What was found of the session `s`. An eighth table to join would take Postgres as long to plan as the other seven. */
export function idleColumn(): RawBuilder<IdleColumn | null> {
  return sql<IdleColumn | null>`(
    select to_json(d) from (
      select status, sentence, checked_at, idle_since, stops_at, warned_at, unknown_checks
      from idle_monitor.idle_state where session_id = s.id) d)`;
}

export function toIdleFinding(column: IdleColumn | null): IdleFinding | null {
  const checkedAt = dateOf(column?.checked_at ?? null);
  if (column === null || checkedAt === null) return null;
  return {
    status: column.status,
    sentence: column.sentence,
    checkedAt,
    idleSince: dateOf(column.idle_since),
    stopsAt: dateOf(column.stops_at),
    warnedAt: dateOf(column.warned_at),
    unknownChecks: column.unknown_checks,
  };
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
