import {
  consoleWishes,
  externalCause,
  laterWish,
  type PersonsWish,
  wishfulIntentKinds,
  wishOfIntent,
  wishOfTransition,
} from '@deskfleet/contracts';
import type { DatabaseTransaction } from '@deskfleet/database';
import type { AutomaticFacts } from '../../domain/automatic-facts.ts';
import { selectStatus, statusOf } from './status-rows.ts';

type FactsRow = NonNullable<Awaited<ReturnType<typeof selectFacts>>>;

/** Everything that an automatic change is decided on, in one statement: thousands may be due at one minute. */
export async function selectFacts(trx: DatabaseTransaction, sessionId: string) {
  return selectStatus(trx)
    .where('r.session_id', '=', sessionId)
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('api_gateway.session_intents')
          .whereRef('session_id', '=', 'r.session_id')
          .orderBy('seq', 'desc')
          .limit(1)
          .select(['seq', 'at'])
          .as('latest'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('api_gateway.session_intents')
          .whereRef('session_id', '=', 'r.session_id')
          .where('kind', 'in', wishfulIntentKinds)
          .orderBy('seq', 'desc')
          .limit(1)
          .select(['kind', 'at'])
          .as('asked'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('session_manager.session_transitions')
          .whereRef('session_id', '=', 'r.session_id')
          .where('cause', '=', externalCause)
          .where((where) =>
            where.or(
              consoleWishes.map(({ from, to }) =>
                where.and([where('from_state', 'in', from), where('to_state', 'in', to)]),
              ),
            ),
          )
          .orderBy('id', 'desc')
          .limit(1)
          .select(['from_state', 'to_state', 'cause', 'at'])
          .as('console'),
      (join) => join.onTrue(),
    )
    .select(['s.schedule', 's.schedule_changed_at', 's.keep_running_until', 's.pause_until'])
    .select(['s.overrides_changed_at', 's.stop_at_close', 'p.stop_at_close as profile_stop_at_close'])
    .select(['latest.seq as latest_seq', 'latest.at as latest_at', 'asked.kind as asked_kind'])
    .select(['asked.at as asked_at', 'console.from_state', 'console.to_state'])
    .select(['console.cause as console_cause', 'console.at as console_at'])
    .select((eb) =>
      eb
        .selectFrom('token_service.dcv_connections as c')
        .whereRef('c.session_id', '=', 'r.session_id')
        .select((e) => e.fn.max('c.authorized_at').as('at'))
        .as('connected_at'),
    )
    .executeTakeFirst();
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
    latestIntent: { seq: row.latest_seq, at: row.latest_at },
    latestWish: laterWish(askedWish(row), consoleWish(row)),
    connectedAt: row.connected_at,
  };
}

function askedWish({ asked_kind: kind, asked_at: at }: FactsRow): PersonsWish | null {
  const wish = kind && wishOfIntent(kind);
  return wish && at ? { wish, at } : null;
}

function consoleWish({ from_state: from, to_state: to, console_cause, console_at }: FactsRow) {
  if (to === null || console_at === null) return null;
  const wish = wishOfTransition({ from, to, cause: console_cause ?? '' });
  return wish && { wish, at: console_at };
}
