import type { Database } from '@deskfleet/database';
import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';
import type { Candidate } from '../../application/ports.ts';
import type { Memory } from '../../domain/idle-facts.ts';

type CandidateRow = Awaited<ReturnType<ReturnType<typeof selectRunning>['execute']>>[number];
type Tables = Database & { r: Database['session_manager.session_runtime'] };

/** Sessions that run and are to go on running, with all that the database knows of their use. */
export function selectRunning(db: Kysely<Database>) {
  return db
    .selectFrom('idle_monitor.idle_state as st')
    .innerJoin('session_manager.session_runtime as r', 'r.session_id', 'st.session_id')
    .innerJoin('api_gateway.sessions as s', 's.id', 'st.session_id')
    .innerJoin('api_gateway.software_stacks as k', 'k.id', 's.software_stack_id')
    .innerJoin('api_gateway.profiles as p', 'p.id', 'k.profile_id')
    .leftJoin('session_manager.instance_types as t', 't.name', 'r.instance_type')
    .where('r.state', '=', 'running')
    .where('r.desired', '=', 'running')
    .where('r.instance_id', 'is not', null)
    .select(['s.id', 's.owner', 's.os', 's.hibernation', 's.generation', 's.schedule'])
    .select(['s.keep_running_until', 'r.instance_id', 'r.state_since', 'p.idle_policy'])
    .select(['t.name as known_type', 't.gpu', 'st.next_check_at', 'st.warned_at', 'st.unknown_checks'])
    .select(['st.last_access_at', 'st.access_mark', 'st.host_silent'])
    .select((eb) => lastConnection(eb).as('connected_at'));
}

function lastConnection(eb: ExpressionBuilder<Tables, 'r'>) {
  return eb
    .selectFrom('token_service.dcv_connections as c')
    .whereRef('c.session_id', '=', 'r.session_id')
    .select((e) => e.fn.max('c.authorized_at').as('at'));
}

/** Nothing has been asked of CloudWatch and the host yet. */
export function candidateOf(row: CandidateRow): Candidate {
  return {
    session: {
      sessionId: row.id,
      owner: row.owner,
      os: row.os,
      hibernation: row.hibernation,
      generation: row.generation,
      instanceId: row.instance_id ?? '',
      gpuMaker: row.known_type === null ? 'unknown' : (row.gpu?.manufacturer ?? null),
      schedule: row.schedule,
      keepRunningUntil: row.keep_running_until,
      runningSince: row.state_since,
      connectedAt: row.connected_at,
      policy: row.idle_policy,
    },
    memory: memoryOf(row),
    cpu: null,
    host: null,
    dueAt: row.next_check_at,
  };
}

type StateColumns = Pick<
  Selectable<Database['idle_monitor.idle_state']>,
  'warned_at' | 'unknown_checks' | 'last_access_at' | 'access_mark' | 'host_silent'
>;

function memoryOf(row: StateColumns): Memory {
  const { last_access_at: at, access_mark: mark } = row;
  return {
    warnedAt: row.warned_at,
    unknownChecks: row.unknown_checks,
    lastAccess: at === null ? null : { at, mark },
    hostSilent: row.host_silent,
  };
}

/** Ids as a parameter that stays one however many they are. */
export function anyOf(ids: string[]) {
  return sql<string>`any(${ids}::uuid[])`;
}
