import type { DatabaseTransaction } from '@deskfleet/database';
import { sql } from 'kysely';
import type { Decided } from '../../application/ports.ts';

/** Writes what was decided of claimed sessions, in one statement. */
export async function recordDecisions(
  trx: DatabaseTransaction,
  decided: Decided[],
  now: Date,
): Promise<void> {
  if (decided.length === 0) return;
  const rows = JSON.stringify(decided.map((one) => rowOf(one, now)));
  await sql`update scheduler.schedule_state st set
      next_transition_at = n.next_transition_at, edge_at = n.edge_at, edge_type = n.edge_type, asked_at = n.asked_at,
      warned_at = n.warned_at, warned_of_close_at = n.warned_of_close_at, stopped_since = n.stopped_since,
      expiry_announced_at = n.expiry_announced_at, expiry_repeated_at = n.expiry_repeated_at, expires_at = n.expires_at,
      spec_version = n.spec_version, state_since = n.state_since, evaluated_at = n.evaluated_at
    from json_populate_recordset(null::scheduler.schedule_state, ${rows}::json) n
    where st.session_id = n.session_id`.execute(trx);
}

/** Columns that are left out become null: undefined is not written. */
function rowOf({ session, decision }: Decided, now: Date) {
  const { edge, askedAt, warning, expiry } = decision.memory;
  return {
    session_id: session.facts.sessionId,
    next_transition_at: decision.lookAt ?? undefined,
    edge_at: edge?.at,
    edge_type: edge?.type,
    asked_at: askedAt ?? undefined,
    warned_at: warning?.at,
    warned_of_close_at: warning?.ofClose,
    stopped_since: expiry?.stoppedSince,
    expiry_announced_at: expiry?.announcedAt,
    expiry_repeated_at: expiry?.repeatedAt,
    expires_at: decision.expiresAt ?? undefined,
    spec_version: session.specVersion,
    state_since: session.stateSince ?? undefined,
    evaluated_at: now,
  };
}
