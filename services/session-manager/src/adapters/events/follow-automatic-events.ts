import type { EventData, EventType } from '@deskfleet/contracts';
import type { Database, DatabaseTransaction } from '@deskfleet/database';
import { type Bus, type Consumer, startConsumer } from '@deskfleet/messaging';
import type { Logger } from '@deskfleet/runtime';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { gatherWakeUps } from './gather-wake-ups.ts';

type Handle<Type extends EventType> = (trx: DatabaseTransaction, data: EventData<Type>) => Promise<void>;

/** What is done about what other services say is due or idle, in the transaction that makes the event handled. */
export interface AutomaticHandlers {
  startDue: Handle<'deskfleet.schedule.start-due.v1'>;
  stopDue: Handle<'deskfleet.schedule.stop-due.v1'>;
  stoppedTooLong: Handle<'deskfleet.schedule.stopped-too-long.v1'>;
  idleDetected: Handle<'deskfleet.idle.detected.v1'>;
}

export interface FollowAutomaticEventsOptions {
  bus: Bus;
  db: Kysely<Database>;
  handlers: AutomaticHandlers;
  /** What is wanted of sessions may have changed. */
  wake: () => void;
  logger: Logger;
  metrics: Registry;
}

interface Followed<Type extends EventType> {
  durable: string;
  type: Type;
  /** Transactions at the same time. */
  concurrency: number;
}

/**
 * Together their transactions leave connections of the pool to the reconciler, which does what they decide; four starts are
 * handled faster than the scheduler tells of them.
 */
const followed = {
  startDue: {
    durable: 'session-manager-start-due',
    type: 'deskfleet.schedule.start-due.v1',
    concurrency: 4,
  },
  stopDue: {
    durable: 'session-manager-stop-due',
    type: 'deskfleet.schedule.stop-due.v1',
    concurrency: 2,
  },
  stoppedTooLong: {
    durable: 'session-manager-stopped-too-long',
    type: 'deskfleet.schedule.stopped-too-long.v1',
    concurrency: 1,
  },
  idleDetected: {
    durable: 'session-manager-idle-detected',
    type: 'deskfleet.idle.detected.v1',
    concurrency: 1,
  },
} as const;

/** Acts on the events of the scheduler and the idle-monitor: on each once, whichever replica takes it. */
export function followAutomaticEvents({ handlers, wake, ...options }: FollowAutomaticEventsOptions): {
  stop(): Promise<void>;
} {
  const wakeUps = gatherWakeUps(wake);
  const follow = <Type extends EventType>(
    { durable, type, concurrency }: Followed<Type>,
    handle: Handle<Type>,
  ): Consumer =>
    startConsumer({
      ...options,
      schema: 'session_manager',
      durable,
      type,
      concurrency,
      handle: ({ data }, trx) => handle(trx, data).then(wakeUps.wake),
    });
  const consumers = [
    follow(followed.startDue, handlers.startDue),
    follow(followed.stopDue, handlers.stopDue),
    follow(followed.stoppedTooLong, handlers.stoppedTooLong),
    follow(followed.idleDetected, handlers.idleDetected),
  ];
  return {
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      wakeUps.stop();
    },
  };
}
