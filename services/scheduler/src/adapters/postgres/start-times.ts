import type { Database } from '@deskfleet/database';
import { type Kysely, sql } from 'kysely';

/** Fewer starts say little. */
const enoughStarts = 5;

/**
 * How long the starts of each software stack took in the last four weeks, in milliseconds: from the call that began the
 * start to the running desktop; nine of ten were faster.
 */
export async function readStartTimes(db: Kysely<Database>): Promise<Map<string, number>> {
  const { rows } = await sql<{ stack: string; took: number }>`
    select s.software_stack_id as stack,
      percentile_cont(0.9) within group (order by extract(epoch from step.at - step.began) * 1000)::float8 as took
    from (
      select session_id, to_state, at, lag(to_state, 2) over steps as rested, lag(at) over steps as began
      from session_manager.session_transitions
      where at > now() - interval '28 days' and to_state in ('stopped', 'hibernated', 'provisioning', 'running')
      window steps as (partition by session_id order by id)
    ) step
    join api_gateway.sessions s on s.id = step.session_id
    where step.to_state = 'running' and step.rested in ('stopped', 'hibernated')
    group by s.software_stack_id having count(*) >= ${enoughStarts}`.execute(db);
  return new Map(rows.map(({ stack, took }) => [stack, took]));
}
