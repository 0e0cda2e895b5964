import type { EventData } from '@deskfleet/contracts';
import type { Database, DatabaseTransaction } from '@deskfleet/database';
import { type Bus, type Consumer, startConsumer } from '@deskfleet/messaging';
import type { Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { gatherWakeUps } from './gather-wake-ups.ts';

type Handle<Type extends 'start-due' | 'stop-due' | 'stopped-too-long'> = (
  trx: DatabaseTransaction,
  data: EventData<`deskfleet.schedule.${Type}.v1`>,
) => Promise<void>;

/** What is done about what the scheduler says is due, in the transaction that makes the event handled. */
export interface ScheduleHandlers {
  startDue: Handle<'start-due'>;
  stopDue: Handle<'stop-due'>;
  stoppedTooLong: Handle<'stopped-too-long'>;
}

export interface FollowScheduleOptions {
  bus: Bus;
  db: Kysely<Database>;
  handlers: ScheduleHandlers;
  /** What is wanted of sessions may have changed. */
  wake: () => void;
  logger: Logger;
  metrics: Registry;
}

/**
 * Transactions at the same time. Together they leave connections of the pool to the reconciler, which does what they
 * decide; four are handled faster than the scheduler tells of them.
 */
const concurrency = { startDue: 4, stopDue: 2, stoppedTooLong: 1 };

/** Acts on the scheduler's events: each once, whichever replica takes it. */
export function followSchedule({ handlers, wake, ...options }: FollowScheduleOptions): {
  stop(): Promise<void>;
} {
  const wakeUps = gatherWakeUps(wake);
  const common = { ...options, schema: 'session_manager' as const };
  const consumers: Consumer[] = [
    startConsumer({
      ...common,
      durable: 'session-manager-start-due',
      type: 'deskfleet.schedule.start-due.v1',
      concurrency: concurrency.startDue,
      handle: ({ data }, trx) => handlers.startDue(trx, data).then(wakeUps.wake),
    }),
    startConsumer({
      ...common,
      durable: 'session-manager-stop-due',
      type: 'deskfleet.schedule.stop-due.v1',
      concurrency: concurrency.stopDue,
      handle: ({ data }, trx) => handlers.stopDue(trx, data).then(wakeUps.wake),
    }),
    startConsumer({
      ...common,
      durable: 'session-manager-stopped-too-long',
      type: 'deskfleet.schedule.stopped-too-long.v1',
      concurrency: concurrency.stoppedTooLong,
      handle: ({ data }, trx) => handlers.stoppedTooLong(trx, data).then(wakeUps.wake),
    }),
  ];
  return {
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      wakeUps.stop();
    },
  };
}
