import { type Database, transact } from '@deskfleet/database';
import type { Kysely } from 'kysely';
import type { PasswordStore } from '../../application/password-ports.ts';
import { lockBriefly } from './lock-briefly.ts';

/** Where the names of password parameters are recorded: `session_runtime.password_parameter`. */
export function createPasswordStore(db: Kysely<Database>): PasswordStore {
  return {
    assign: (sessionId, name) =>
      transact(db, 'session-manager.assign-password', async (trx) => {
        await lockBriefly(trx, sessionId);
        const row = await trx
          .updateTable('session_manager.session_runtime as r')
          .from('api_gateway.sessions as s')
          .whereRef('s.id', '=', 'r.session_id')
          .where('r.session_id', '=', sessionId)
          .where('r.state', '=', 'requested')
          .where('r.desired', '!=', 'terminated')
          .set((eb) => ({ password_parameter: eb.fn.coalesce('r.password_parameter', eb.val(name)) }))
          .returning(['r.password_parameter', 's.owner'])
          .executeTakeFirst();
        return row?.password_parameter ? { parameter: row.password_parameter, owner: row.owner } : null;
      }),

    async facts(sessionId) {
      const row = await db
        .selectFrom('api_gateway.sessions as s')
        .leftJoin('session_manager.session_runtime as r', 'r.session_id', 's.id')
        .where('s.id', '=', sessionId)
        .select(['s.owner', 's.os', 'r.state', 'r.instance_id', 'r.password_parameter'])
        .executeTakeFirst();
      if (!row) return null;
      const { owner, os, state, instance_id, password_parameter } = row;
      return { owner, os, state, instanceId: instance_id, parameter: password_parameter };
    },

    async left(endedBefore, limit) {
      const rows = await db
        .selectFrom('session_manager.session_runtime')
        .where('state', '=', 'terminated')
        .where('password_parameter', 'is not', null)
        .where('state_since', '<', endedBefore)
        .orderBy('session_id')
        .limit(limit)
        .select('password_parameter')
        .execute();
      return rows.flatMap(({ password_parameter }) => password_parameter ?? []);
    },

    async forget(names) {
      if (names.length === 0) return;
      await db
        .updateTable('session_manager.session_runtime')
        .where('state', '=', 'terminated')
        .where('password_parameter', 'in', names)
        .set({ password_parameter: null })
        .execute();
    },
  };
}
