import { externalCause, wishfulIntentKinds } from '@deskfleet/contracts';
import type { Database, DatabaseTransaction } from '@deskfleet/database';
import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { DueSession } from '../../application/ports.ts';

/**
 * Claims sessions that are due, the longest due first, with all that is true of them. The row locks last until the
 * transaction ends, and sessions that others hold are passed by. Rows of sessions that have ended are deleted.
 */
export async function claimDue(trx: DatabaseTransaction, now: Date, limit: number): Promise<DueSession[]> {
  const claimed = await trx
    .selectFrom('scheduler.schedule_state')
    .where('next_transition_at', '<=', now)
    .orderBy('next_transition_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .selectAll()
    .execute();
  if (claimed.length === 0) return [];
  const facts = await factsOf(
    trx,
    claimed.map(({ session_id }) => session_id),
  );
  const bySession = new Map(facts.map((row) => [row.id, row]));
  const ended = claimed.filter(({ session_id }) => !bySession.has(session_id));
  await forget(
    trx,
    ended.map(({ session_id }) => session_id),
  );
  return claimed.flatMap((state) => {
    const row = bySession.get(state.session_id);
    return row ? [dueSessionOf(state, row)] : [];
  });
}

/** All of the sessions that have not ended, in one query however many they are. */
function factsOf(trx: DatabaseTransaction, ids: string[]) {
  return trx
    .selectFrom('api_gateway.sessions as s')
    .innerJoin('api_gateway.software_stacks as k', 'k.id', 's.software_stack_id')
    .innerJoin('api_gateway.profiles as p', 'p.id', 'k.profile_id')
    .leftJoin('session_manager.session_runtime as r', 'r.session_id', 's.id')
    .where('s.id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('s.ended_at', 'is', null)
    .where(sql<boolean>`r.state is distinct from 'terminated'`)
    .select(['s.id', 's.owner', 's.os', 's.generation', 's.created_at', 's.schedule'])
    .select(['s.schedule_changed_at', 's.schedule_opened_at', 's.keep_running_until', 's.pause_until'])
    .select(['s.stop_at_close', 's.stop_at_close_by', 'p.stop_at_close as profile_stop_at_close'])
    .select(['s.spec_version', 's.software_stack_id'])
    .select(['r.state', 'r.state_since', 'r.desired', 'r.desired_cause'])
    .leftJoinLateral(lastIntents, (join) => join.onTrue())
    .select(['i.started_at', 'i.stopped_at'])
    .execute();
}

type FactTables = Database & { s: Database['api_gateway.sessions'] };

/** When a person last launched or started the session, and last stopped it. */
const lastIntents = (eb: ExpressionBuilder<FactTables, 's'>) =>
  eb
    .selectFrom('api_gateway.session_intents as it')
    .whereRef('it.session_id', '=', 's.id')
    .where('it.kind', 'in', wishfulIntentKinds)
    .select(({ fn }) => [
      fn.max('it.at').filterWhere('it.kind', '!=', 'stop').as('started_at'),
      fn.max('it.at').filterWhere('it.kind', '=', 'stop').as('stopped_at'),
    ])
    .as('i');

async function forget(trx: DatabaseTransaction, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await trx.deleteFrom('scheduler.schedule_state').where('session_id', 'in', ids).execute();
}

type StateRow = Selectable<Database['scheduler.schedule_state']>;
type FactsRow = Awaited<ReturnType<typeof factsOf>>[number];

function dueSessionOf(state: StateRow, row: FactsRow): DueSession {
  return {
    facts: {
      sessionId: row.id,
      owner: row.owner,
      os: row.os,
      generation: row.generation,
      createdAt: row.created_at,
      schedule: row.schedule,
      scheduleChangedAt: row.schedule_changed_at,
      scheduleOpenedAt: row.schedule_opened_at,
      keepRunningUntil: row.keep_running_until,
      pauseUntil: row.pause_until,
      stopAtClose: row.stop_at_close ?? row.profile_stop_at_close,
      stopAskedByOwner: row.stop_at_close === true && row.stop_at_close_by === row.owner,
      state: row.state,
      stateSince: row.state_since,
      desired: row.desired,
      startedBySchedule: row.desired_cause === 'schedule',
      startedByPersonAt: row.started_at,
      stoppedByPersonAt: stoppedByPersonAt(row),
    },
    memory: memoryOf(state),
    softwareStackId: row.software_stack_id,
    specVersion: row.spec_version,
    stateSince: row.state_since,
  };
}

/** A stop at EC2's console leaves no intent; that the session rests because of it is all that is known. */
function stoppedByPersonAt({ stopped_at, state, state_since, desired_cause }: FactsRow): Date | null {
  const atConsole = desired_cause === externalCause && (state === 'stopped' || state === 'hibernated');
  return atConsole ? state_since : stopped_at;
}

function memoryOf(state: StateRow): DueSession['memory'] {
  return {
    edge:
      state.edge_at === null || state.edge_type === null
        ? null
        : { at: state.edge_at, type: state.edge_type },
    askedAt: state.asked_at,
    warning:
      state.warned_at === null || state.warned_of_close_at === null
        ? null
        : { at: state.warned_at, ofClose: state.warned_of_close_at },
    expiry:
      state.stopped_since === null || state.expiry_announced_at === null || state.expiry_repeated_at === null
        ? null
        : {
            stoppedSince: state.stopped_since,
            announcedAt: state.expiry_announced_at,
            repeatedAt: state.expiry_repeated_at,
          },
  };
}
