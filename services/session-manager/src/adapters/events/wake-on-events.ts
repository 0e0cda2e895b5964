import type { EventType } from '@deskfleet/contracts';
import { type Bus, startLiveReader } from '@deskfleet/messaging';
import type { Logger } from '@deskfleet/runtime';

export interface Wakes {
  /** Something was asked of a session, or an image of it: its row is in the database. */
  requested: () => void;
  /** Somebody may use a desktop, or may no more, or its host is a new boot that has to be told. */
  accessChanged: () => void;
}

export interface WakeOptions {
  bus: Bus;
  wakes: Wakes;
  logger: Logger;
}

const requested = /^deskfleet\.(session\.([a-z]+-)?|image\.)requested\.v\d+$/;
const changesAccess: ReadonlySet<string> = new Set<EventType>([
  'deskfleet.access.share-granted.v1',
  'deskfleet.access.share-revoked.v1',
  'deskfleet.access.user-disabled.v1',
  'deskfleet.session.running.v1',
]);

/**
 * Wakes who acts on what has happened. The tables are the truth and the event only a hint, so every replica listens for
 * itself, and a hint that is lost costs seconds.
 */
export function wakeOnEvents({ bus, wakes, logger }: WakeOptions): { stop(): Promise<void> } {
  return startLiveReader({
    bus,
    onEvent: ({ event }) => {
      if (requested.test(event.type)) wakes.requested();
      if (changesAccess.has(event.type)) wakes.accessChanged();
    },
    onReset: () => {
      wakes.requested();
      wakes.accessChanged();
    },
    logger,
  });
}
