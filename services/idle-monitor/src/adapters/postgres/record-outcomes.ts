import type { DatabaseTransaction } from '@deskfleet/database';
import { sql } from 'kysely';
import type { Judged } from '../../application/ports.ts';

/** What could not be judged is tried again this much later. */
const afterFailure = 60_000;

/** Writes what was found of sessions, in one statement. */
export async function recordOutcomes(trx: DatabaseTransaction, judged: Judged[], now: Date): Promise<void> {
  if (judged.length === 0) return;
  const rows = JSON.stringify(judged.flatMap((one) => rowOf(one, now)));
  await sql`update idle_monitor.idle_state st set
      next_check_at = n.next_check_at, status = n.status, reason = n.reason, sentence = n.sentence,
      checked_at = n.checked_at, idle_since = n.idle_since, stops_at = n.stops_at, warned_at = n.warned_at,
      unknown_checks = n.unknown_checks, last_access_at = n.last_access_at, access_mark = n.access_mark,
      host_silent = n.host_silent
    from json_populate_recordset(null::idle_monitor.idle_state, ${rows}::json) n
    where st.session_id = n.session_id`.execute(trx);
}

/** Puts off those that could not be judged at all. */
export async function putOff(trx: DatabaseTransaction, sessionIds: string[], now: Date): Promise<void> {
  if (sessionIds.length === 0) return;
  await trx
    .updateTable('idle_monitor.idle_state')
    .set({ next_check_at: new Date(now.getTime() + afterFailure) })
    .where('session_id', 'in', sessionIds)
    .execute();
}

/** Columns that are left out become null: undefined is not written. */
function rowOf({ candidate, outcome }: Judged, now: Date) {
  if (outcome === null) return [];
  const { memory } = outcome;
  return [
    {
      session_id: candidate.session.sessionId,
      next_check_at: outcome.nextCheckAt,
      status: outcome.status,
      reason: outcome.reason,
      sentence: outcome.sentence,
      checked_at: now,
      idle_since: outcome.idleSince ?? undefined,
      stops_at: outcome.stopsAt ?? undefined,
      warned_at: memory.warnedAt ?? undefined,
      unknown_checks: memory.unknownChecks,
      last_access_at: memory.lastAccess?.at,
      access_mark: memory.lastAccess?.mark ?? undefined,
      host_silent: memory.hostSilent,
    },
  ];
}
