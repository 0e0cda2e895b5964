import { type Database, type DatabaseTransaction, transact } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import { type Kysely, sql } from 'kysely';
import type { Decided, ScheduleStore } from '../../application/ports.ts';
import { minute } from '../../domain/settings.ts';
import { catchUp } from './catch-up.ts';
import { claimDue } from './due-sessions.ts';
import { eventOf } from './event-of.ts';
import { recordDecisions } from './record-decisions.ts';
import { readStartTimes } from './start-times.ts';

/** What the scheduler knows, in Postgres (application/ports.ts). */
export function createScheduleStore(db: Kysely<Database>, events: EventWriter): ScheduleStore {
  return {
    async decideDue(now, limit, decide) {
      return transact(db, 'scheduler.tell-due', async (trx) => {
        const due = await claimDue(trx, now, limit);
        const decided = due.map((session): Decided => ({ session, decision: decide(session) }));
        await recordDecisions(trx, decided, now);
        const told = decided.flatMap(({ session, decision }) =>
          decision.tells.map((tell) => eventOf(session.facts, tell, now)),
        );
        await events.appendAll(trx, told);
        return decided;
      });
    },

    async nextDueAt() {
      const row = await db
        .selectFrom('scheduler.schedule_state')
        .select((eb) => eb.fn.min('next_transition_at').as('at'))
        .executeTakeFirst();
      return row?.at ?? null;
    },

    async tick(begun) {
      // Looked at without a lock first: of the passes of a minute, one is the first.
      const last = await db.selectFrom('scheduler.last_tick').select('minute').executeTakeFirst();
      if (last && last.minute >= begun) return false;
      return transact(db, 'scheduler.tick', (trx) => tellMinute(trx, events, begun));
    },

    catchUp: (now) => transact(db, 'scheduler.catch-up', (trx) => catchUp(trx, now)),

    forgetFuture: (now) =>
      transact(db, 'scheduler.forget-future', async (trx) => {
        const before = new Date(now.getTime() - minute);
        await trx
          .updateTable('scheduler.last_tick')
          .set({ minute: before })
          .where('minute', '>', now)
          .execute();
        await trx
          .updateTable('scheduler.schedule_state')
          .set({ next_transition_at: now })
          .where('evaluated_at', '>', now)
          .execute();
      }),

    applySettings: (fingerprint, now) =>
      transact(db, 'scheduler.apply-settings', async (trx) => {
        const changed = await trx
          .insertInto('scheduler.applied_settings')
          .values({ id: 1, fingerprint })
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet({ fingerprint })
              .where('scheduler.applied_settings.fingerprint', '!=', fingerprint),
          )
          .returning('id')
          .executeTakeFirst();
        if (!changed) return;
        await trx.updateTable('scheduler.schedule_state').set({ next_transition_at: now }).execute();
      }),

    startTimes: () => readStartTimes(db),
  };
}

/** The replica whose row it becomes tells the minute. */
async function tellMinute(trx: DatabaseTransaction, events: EventWriter, begun: Date): Promise<boolean> {
  const first = await sql`insert into scheduler.last_tick (id, minute) values (1, ${begun})
    on conflict (id) do update set minute = excluded.minute where last_tick.minute < excluded.minute
    returning id`.execute(trx);
  if (first.rows.length === 0) return false;
  const data = { minute: begun.toISOString() };
  await events.append(trx, 'deskfleet.schedule.tick.v1', { subject: 'deployment', data });
  return true;
}
