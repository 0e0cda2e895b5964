import type { Database } from '@deskfleet/database';
import { type Bus, type Consumer, startConsumer } from '@deskfleet/messaging';
import type { Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { markSessionEnded } from '../postgres/mark-ended.ts';

export interface MarkEndedOptions {
  bus: Bus;
  db: Kysely<Database>;
  logger: Logger;
  metrics: Registry;
}

/** Records that sessions are over when session-manager says so; admissions do the same when they come first. */
export function markEndedSessions(options: MarkEndedOptions): Consumer {
  return startConsumer({
    ...options,
    schema: 'api_gateway',
    durable: 'api-gateway-session-terminated',
    type: 'deskfleet.session.terminated.v1',
    concurrency: 2,
    handle: (event, trx) =>
      markSessionEnded(trx, { sessionId: event.data.sessionId, at: new Date(event.time) }),
  });
}
