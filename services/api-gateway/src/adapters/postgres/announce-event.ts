import type { DatabaseTransaction } from '@deskfleet/database';
import type { EventWriter } from '@deskfleet/messaging';
import type { Announcement } from '../../application/ports.ts';

/** Puts an event into the outbox, with the transaction of what it tells of. */
export type AnnounceEvent = (trx: DatabaseTransaction, announcement: Announcement) => Promise<void>;

export function createAnnounceEvent(events: EventWriter): AnnounceEvent {
  return async (trx, { type, data, correlationId }) => {
    // An event about the deployment as a whole names no session.
    const subject = 'sessionId' in data ? data.sessionId : 'deployment';
    await events.append(trx, type, { subject, data, correlationId });
  };
}
