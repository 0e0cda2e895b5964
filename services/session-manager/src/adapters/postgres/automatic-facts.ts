import {
  consoleWishes,
  externalCause,
  laterWish,
  type PersonsWish,
  wishfulIntentKinds,
  wishOfIntent,
  wishOfTransition,
} from '@deskfleet/contracts';
import type { Database, DatabaseTransaction } from '@deskfleet/database';
import type { ExpressionBuilder } from 'kysely';
import { jsonObjectFrom } from 'kysely/helpers/postgres';
import type { AutomaticFacts } from '../../domain/automatic-facts.ts';
import { selectStatus, statusOf } from './status-rows.ts';

type FactsRow = NonNullable<Awaited<ReturnType<typeof selectFacts>>>;

/**
 * Everything that an automatic change is decided on, in one statement: thousands may be due at one minute. What hangs on the
 * session comes by subqueries, as Postgres takes longer to plan joins than to run all this.
 */
export function selectFacts(trx: DatabaseTransaction, sessionId: string) {
  return selectStatus(trx)
    .where('r.session_id', '=', sessionId)
    .select(['s.schedule', 's.schedule_changed_at', 's.keep_running_until', 's.pause_until'])
    .select(['s.overrides_changed_at', 's.stop_at_close', 'p.stop_at_close as profile_stop_at_close'])
    .select((eb) => [
      jsonObjectFrom(latestIntentOf(eb).select(['i.seq', 'i.at'])).as('latest'),
      jsonObjectFrom(
        latestIntentOf(eb).where('i.kind', 'in', wishfulIntentKinds).select(['i.kind', 'i.at']),
      ).as('asked'),
      jsonObjectFrom(latestConsoleWishOf(eb)).as('console'),
      eb
        .selectFrom('token_service.dcv_connections as c')
        .whereRef('c.session_id', '=', 'r.session_id')
        .select((e) => e.fn.max('c.authorized_at').as('at'))
        .as('connected_at'),
    ])
    .executeTakeFirst();
}

type OfSession = ExpressionBuilder<Database & { r: Database['session_manager.session_runtime'] }, 'r'>;

function latestIntentOf(eb: OfSession) {
  return eb
    .selectFrom('api_gateway.session_intents as i')
    .whereRef('i.session_id', '=', 'r.session_id')
    .orderBy('i.seq', 'desc')
    .limit(1);
}

function latestConsoleWishOf(eb: OfSession) {
  return eb
    .selectFrom('session_manager.session_transitions as t')
    .whereRef('t.session_id', '=', 'r.session_id')
    .where('t.cause', '=', externalCause)
    .where((where) =>
      where.or(
        consoleWishes.map(({ from, to }) =>
          where.and([where('t.from_state', 'in', from), where('t.to_state', 'in', to)]),
        ),
      ),
    )
    .orderBy('t.id', 'desc')
    .limit(1)
    .select(['t.from_state as from', 't.to_state as to', 't.cause', 't.at']);
}

export function factsOf(row: FactsRow): AutomaticFacts {
  return {
    status: statusOf(row),
    schedule: row.schedule,
    scheduleChangedAt: row.schedule_changed_at,
    keepRunningUntil: row.keep_running_until,
    pauseUntil: row.pause_until,
    overridesChangedAt: row.overrides_changed_at,
    stopAtClose: {
      wanted: row.stop_at_close ?? row.profile_stop_at_close,
      isOwn: row.stop_at_close !== null,
    },
    // Every session begins with an intent.
    latestIntent: { seq: row.latest?.seq ?? 0, at: new Date(row.latest?.at ?? 0) },
    latestWish: laterWish(askedWish(row), consoleWish(row)),
    connectedAt: row.connected_at,
  };
}

function askedWish({ asked }: FactsRow): PersonsWish | null {
  const wish = asked && wishOfIntent(asked.kind);
  return wish && { wish, at: new Date(asked.at) };
}

function consoleWish({ console }: FactsRow): PersonsWish | null {
  const wish = console && wishOfTransition(console);
  return wish && { wish, at: new Date(console.at) };
}
