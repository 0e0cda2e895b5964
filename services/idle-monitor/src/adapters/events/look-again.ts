import type { EventType } from '@deskfleet/contracts';
import type { DatabaseTransaction } from '@deskfleet/database';
import { type Consumer, type FollowSessionsOptions, followSessions } from '@deskfleet/messaging';
import type { Clock } from '@deskfleet/runtime';

export type LookAgainOptions = Pick<FollowSessionsOptions, 'bus' | 'db' | 'logger' | 'metrics'> & {
  clock: Clock;
};

/** After these a desktop may be idle, or not any more, at once: whoever waits at the portal shall see it. */
const telling = {
  'session-running': 'deskfleet.session.running.v1',
  'session-schedule-changed': 'deskfleet.session.schedule-changed.v1',
  'session-keep-alive-requested': 'deskfleet.session.keep-alive-requested.v1',
  'connection-authorized': 'deskfleet.access.connection-authorized.v1',
} as const satisfies Record<string, EventType>;

/** Makes sessions due that something has happened to. What is true of them is read when they are looked at. */
export function lookAgainAfterEvents({ clock, ...options }: LookAgainOptions): Consumer[] {
  return followSessions({
    ...options,
    schema: 'idle_monitor',
    service: 'idle-monitor',
    types: telling,
    lookAgain: (trx, sessionId) => makeDue(trx, sessionId, clock.now().toJSDate()),
  });
}

/** A sweep that is under way does not record what it has found of the session before. */
async function makeDue(trx: DatabaseTransaction, sessionId: string, now: Date): Promise<void> {
  await trx
    .insertInto('idle_monitor.idle_state')
    .values({ session_id: sessionId, next_check_at: now })
    .onConflict((conflict) => conflict.column('session_id').doUpdateSet({ next_check_at: now }))
    .execute();
}
