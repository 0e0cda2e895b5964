import { desiredStates, sessionStates } from '@deskfleet/contracts';
import { type Database, transact } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import type { Clock } from '@deskfleet/runtime';
import { type Kysely, type Selectable, sql } from 'kysely';
import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import type { LaunchAttempt, SessionStore, Stray } from '../../application/session-store.ts';
import type { SessionStatus } from '../../domain/session-status.ts';
import type { LifecycleSettings } from '../../domain/settings.ts';
import { isAtRest } from '../../domain/transitions.ts';
import { applyIntents } from './apply-intents.ts';
import { changeAutomaticallyIn } from './change-automatically.ts';
import { frozenRequest, launchPlaces, launchSpec } from './launch-facts.ts';
import { lockBriefly } from './lock-briefly.ts';
import { selectStatus, statusOf } from './status-rows.ts';
import { writeChange } from './write-change.ts';

export interface PostgresSessionStoreDeps {
  db: Kysely<Database>;
  events: EventWriter;
  clock: Clock;
  settings: LifecycleSettings;
  /** The subnets of the deployment; empty: what EC2 takes for default. */
  subnetIds: string[];
}

/** What a session can be while something is expected of it: the rule of the domain, spelt out for SQL. */
const moving = sessionStates.flatMap((state) =>
  desiredStates
    .filter((desired) => !isAtRest({ state, desired, hasInstance: true, hasErrand: false }))
    .map((desired) => ({ state, desired })),
);

/** How far back the cheap look for unapplied intents goes; older ones are found by the full look. */
const recentMinutes = 10;

/** The sessions in Postgres (application/session-store.ts). */
export function createPostgresSessionStore({
  db,
  events,
  clock,
  settings,
  subnetIds: configuredSubnets,
}: PostgresSessionStoreDeps): SessionStore {
  const now = () => clock.now().toJSDate();

  return {
    async live(scope) {
      const rows = await selectStatus(db)
        .where('r.state', '!=', 'terminated')
        .$if(scope === 'moving', (query) =>
          query.where((eb) =>
            eb.or([
              eb('r.reboot_wanted', '=', true),
              eb('r.resize_to', 'is not', null),
              eb('r.pending_stop', 'is not', null),
              ...moving.map(({ state, desired }) => eb('r.state', '=', state).and('r.desired', '=', desired)),
            ]),
          ),
        )
        .orderBy('r.session_id')
        .execute();
      return rows.map(statusOf);
    },

    async withUnappliedIntents(scope) {
      const rows = await db
        .selectFrom('api_gateway.session_intents as i')
        .leftJoin('session_manager.session_runtime as r', 'r.session_id', 'i.session_id')
        .where((eb) => eb('i.seq', '>', eb.fn.coalesce('r.applied_seq', sql<number>`0`)))
        .$if(scope === 'recent', (query) =>
          query.where('i.at', '>', sql<Date>`now() - make_interval(mins => ${recentMinutes})`),
        )
        .select('i.session_id')
        .distinct()
        .orderBy('i.session_id')
        .execute();
      return rows.map((row) => row.session_id);
    },

    applyIntents: (sessionId, decide) =>
      transact(db, 'session-manager.apply-intents', async (trx) => {
        await lockBriefly(trx, sessionId);
        await applyIntents({ trx, events, settings, now: now() }, sessionId, decide);
      }),

    change: (name, sessionId, decide) =>
      transact(db, `session-manager.${name}`, async (trx) => {
        await lockBriefly(trx, sessionId);
        const row = await selectStatus(trx).where('r.session_id', '=', sessionId).executeTakeFirst();
        if (!row) return;
        const at = now();
        const status = statusOf(row);
        const change = decide(status, at);
        if (!change) return;
        await writeChange(
          { trx, events, settings, now: at, correlationId: row.correlation_id },
          status,
          change,
        );
      }),

    changeAutomatically: (name, sessionId, decide) =>
      transact(db, `session-manager.${name}`, (trx) =>
        changeAutomaticallyIn(trx, { events, settings, now })(sessionId, decide),
      ),

    beginCalls: (call, sessions) =>
      transact(db, `session-manager.begin-${call}`, async (trx) => {
        const rows = await trx
          .updateTable('session_manager.session_runtime')
          .set({ called_at: now(), updated_at: now() })
          .where((eb) => eb.or(sessions.map((session) => eb.and(asDecided(session)))))
          .returning('session_id')
          .execute();
        return new Set(rows.map((row) => row.session_id));
      }),

    launchSpec: (sessionId) => launchSpec(db, sessionId),

    beginAttempt: (sessionId, request) =>
      transact(db, 'session-manager.begin-attempt', async (trx) => {
        await lockBriefly(trx, sessionId);
        const status = await selectStatus(trx).where('r.session_id', '=', sessionId).executeTakeFirst();
        if (status?.state !== 'requested' || status.desired === 'terminated' || status.open_attempt_id)
          return null;
        const earlier = await trx
          .selectFrom('session_manager.launch_attempts')
          .where('session_id', '=', sessionId)
          .select((eb) => eb.fn.max('number').as('number'))
          .executeTakeFirst();
        const id = uuidv7();
        const row = await trx
          .insertInto('session_manager.launch_attempts')
          .values({
            id,
            session_id: sessionId,
            number: (earlier?.number ?? 0) + 1,
            client_token: id,
            request: JSON.stringify(request),
            state: 'open',
            opened_at: now(),
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return attemptOf(row);
      }),

    async openAttempt(sessionId) {
      const row = await db
        .selectFrom('session_manager.launch_attempts')
        .where('session_id', '=', sessionId)
        .where('state', '=', 'open')
        .selectAll()
        .executeTakeFirst();
      return row ? attemptOf(row) : null;
    },

    launchPlaces: (spec) => launchPlaces(db, spec, configuredSubnets),

    async unowned(instanceIds) {
      if (instanceIds.length === 0) return new Set();
      const owned = await db
        .selectFrom('session_manager.session_runtime')
        .where('instance_id', 'in', instanceIds)
        .where('state', '!=', 'terminated')
        .select('instance_id')
        .execute();
      const known = new Set(owned.map((row) => row.instance_id));
      return new Set(instanceIds.filter((id) => !known.has(id)));
    },

    stray: (clientToken, sessionTag) => strayOf(db, clientToken, sessionTag),
  };
}

/** The session is as it was when the call was decided (`isSameWish`), and no transition came in between. */
function asDecided(session: SessionStatus) {
  return {
    session_id: session.sessionId,
    applied_seq: session.appliedSeq,
    desired: session.desired,
    desired_cause: session.desiredCause,
    state: session.state,
    instance_id: session.instanceId ?? '',
  };
}

async function strayOf(
  db: Kysely<Database>,
  clientToken: string | null,
  sessionTag: string | null,
): Promise<Stray> {
  const attempt = await db
    .selectFrom('session_manager.launch_attempts')
    .where('client_token', '=', clientToken ?? '')
    .select(['id', 'session_id', 'state'])
    .executeTakeFirst();
  const sessionId = attempt?.session_id ?? sessionTag;
  const session =
    sessionId !== null && isUuid(sessionId)
      ? await db
          .selectFrom('session_manager.session_runtime')
          .where('session_id', '=', sessionId)
          .select(['state', 'instance_id'])
          .executeTakeFirst()
      : undefined;
  return {
    facts: {
      attempt: attempt ? { state: attempt.state } : null,
      sessionState: session?.state ?? null,
      sessionHasInstance: (session?.instance_id ?? null) !== null,
    },
    attempt: attempt ? { id: attempt.id, sessionId: attempt.session_id } : null,
  };
}

function attemptOf(row: Selectable<Database['session_manager.launch_attempts']>): LaunchAttempt {
  return {
    id: row.id,
    sessionId: row.session_id,
    number: row.number,
    clientToken: row.client_token,
    request: frozenRequest(row.request),
    openedAt: row.opened_at,
    tries: row.tries,
  };
}
