import type { EventType } from '@deskfleet/contracts';
import type { DatabaseTransaction } from '@deskfleet/database';
import { type Consumer, type FollowSessionsOptions, followSessions } from '@deskfleet/messaging';
import type { Clock } from '@deskfleet/runtime';
import { sql } from 'kysely';

export type LookAgainOptions = Pick<FollowSessionsOptions, 'bus' | 'db' | 'logger' | 'metrics'> & {
  clock: Clock;
};

/** After these, time may ask for something else of a session than before. */
const telling = {
  'session-requested': 'deskfleet.session.requested.v1',
  'session-schedule-changed': 'deskfleet.session.schedule-changed.v1',
  'session-settings-changed': 'deskfleet.session.settings-changed.v1',
  'session-keep-alive-requested': 'deskfleet.session.keep-alive-requested.v1',
  'session-running': 'deskfleet.session.running.v1',
  'session-stopped': 'deskfleet.session.stopped.v1',
  'session-terminated': 'deskfleet.session.terminated.v1',
} as const satisfies Record<string, EventType>;

/** Makes sessions due that something has happened to. What is true of them is read when they are looked at. */
export function lookAgainAfterEvents({ clock, ...options }: LookAgainOptions): Consumer[] {
  return followSessions({
    ...options,
    schema: 'scheduler',
    service: 'scheduler',
    types: telling,
    lookAgain: (trx, sessionId) => makeDue(trx, sessionId, clock.now().toJSDate()),
  });
}

async function makeDue(trx: DatabaseTransaction, sessionId: string, now: Date): Promise<void> {
  await sql`insert into scheduler.schedule_state as st (session_id, spec_version, next_transition_at)
    select id, 0, ${now} from api_gateway.sessions where id = ${sessionId} and ended_at is null
    on conflict (session_id) do update set next_transition_at = least(st.next_transition_at, excluded.next_transition_at)`.execute(
    trx,
  );
}
