import type { DatabaseTransaction } from '@deskfleet/database';
import { sql } from 'kysely';

/** Brings the scheduler's rows in line with the sessions that there are, whatever events have been lost. */
export async function catchUp(trx: DatabaseTransaction, now: Date): Promise<void> {
  await sql`insert into scheduler.schedule_state (session_id, spec_version, next_transition_at)
    select s.id, 0, ${now} from api_gateway.sessions s
      left join session_manager.session_runtime r on r.session_id = s.id
      left join scheduler.schedule_state st on st.session_id = s.id
    where s.ended_at is null and r.state is distinct from 'terminated' and st.session_id is null
    on conflict (session_id) do nothing`.execute(trx);
  // Those that have ended are dropped when they are looked at. What has been read was read in milliseconds.
  await sql`update scheduler.schedule_state st set next_transition_at = ${now}
    from api_gateway.sessions s left join session_manager.session_runtime r on r.session_id = s.id
    where s.id = st.session_id and (st.next_transition_at is null or st.next_transition_at > ${now})
      and (st.spec_version <> s.spec_version or s.ended_at is not null
        or st.state_since is distinct from date_trunc('milliseconds', r.state_since))`.execute(trx);
}
