import { unknownChecksToAlert } from '@deskfleet/contracts';
import { type Database, type DatabaseTransaction, type Lease, transact } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import { type Kysely, sql } from 'kysely';
import { type Candidate, type IdleStore, type Judged, LeaseLostError } from '../../application/ports.ts';
import { anyOf, candidateOf, selectRunning } from './candidates.ts';
import { eventOf } from './event-of.ts';
import { putOff, recordOutcomes } from './record-outcomes.ts';

/** What idle-monitor knows, in its own tables (application/ports.ts). */
export function createIdleStore(db: Kysely<Database>, events: EventWriter, lease: Lease): IdleStore {
  return {
    takeUp: (now) => transact(db, 'idle-monitor.take-up', (trx) => takeUp(trx, now)),

    async due(now) {
      await dropEnded(db, now);
      const rows = await selectRunning(db).where('st.next_check_at', '<=', now).execute();
      return rows.map(candidateOf);
    },

    async nextDueAt() {
      const row = await db
        .selectFrom('idle_monitor.idle_state')
        .select((eb) => eb.fn.min('next_check_at').as('at'))
        .executeTakeFirst();
      return row?.at ?? null;
    },

    record: (judged, judge, now) =>
      transact(db, 'idle-monitor.record', async (trx) => {
        if (!(await lease.isHeld(trx))) throw new LeaseLostError();
        const current = await currentOnes(trx, judged, judge);
        await recordOutcomes(trx, current, now);
        await putOff(trx, unjudged(current), now);
        await events.appendAll(
          trx,
          current.flatMap(({ candidate, outcome }) =>
            outcome?.tell ? [eventOf(candidate, outcome, outcome.tell, now)] : [],
          ),
        );
        return current;
      }),

    async countUnseen() {
      const row = await db
        .selectFrom('idle_monitor.idle_state')
        .where('unknown_checks', '>=', unknownChecksToAlert)
        .select((eb) => eb.fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };
}

function unjudged(judged: Judged[]): string[] {
  return judged.filter(({ outcome }) => outcome === null).map(({ candidate }) => candidate.session.sessionId);
}

async function takeUp(trx: DatabaseTransaction, now: Date): Promise<void> {
  await sql`insert into idle_monitor.idle_state (session_id, next_check_at)
    select r.session_id, ${now} from session_manager.session_runtime r
      left join idle_monitor.idle_state st on st.session_id = r.session_id
    where r.state = 'running' and r.desired = 'running' and st.session_id is null
    on conflict (session_id) do nothing`.execute(trx);
}

/** Of what does not run any more nothing has to be known: it starts anew. */
async function dropEnded(db: Kysely<Database>, now: Date): Promise<void> {
  await sql`delete from idle_monitor.idle_state st where next_check_at <= ${now} and not exists (
    select from session_manager.session_runtime r
    where r.session_id = st.session_id and r.state = 'running' and r.desired = 'running')`.execute(db);
}

/** Those that are as they were read, locked; of what is to be told, judged again by what is true now. */
async function currentOnes(
  trx: DatabaseTransaction,
  judged: Judged[],
  judge: (candidate: Candidate) => Judged['outcome'],
): Promise<Judged[]> {
  const locked = await lockRows(trx, judged.map(sessionIdOf));
  const current = judged.filter(
    (one) => locked.get(sessionIdOf(one))?.getTime() === one.candidate.dueAt.getTime(),
  );
  const fresh = await readAgain(
    trx,
    current.filter(({ outcome }) => outcome?.tell),
  );
  return current.flatMap((one) => {
    if (!one.outcome?.tell) return [one];
    const now = fresh.get(sessionIdOf(one));
    // It does not run any more.
    if (!now) return [];
    const candidate = { ...one.candidate, session: now.session };
    const outcome = judge(candidate);
    return outcome === null ? [] : [{ candidate, outcome }];
  });
}

function sessionIdOf({ candidate }: Judged): string {
  return candidate.session.sessionId;
}

async function lockRows(trx: DatabaseTransaction, ids: string[]): Promise<Map<string, Date>> {
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('idle_monitor.idle_state')
    .where('session_id', '=', anyOf(ids))
    .select(['session_id', 'next_check_at'])
    // In one order, so that two that lock the same rows wait for each other and nothing more.
    .orderBy('session_id')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.session_id, row.next_check_at]));
}

async function readAgain(trx: DatabaseTransaction, judged: Judged[]): Promise<Map<string, Candidate>> {
  if (judged.length === 0) return new Map();
  const rows = await selectRunning(trx)
    .where('st.session_id', '=', anyOf(judged.map(sessionIdOf)))
    .execute();
  return new Map(rows.map((row) => [row.id, candidateOf(row)]));
}
