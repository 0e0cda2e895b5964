import { type Bus, startLiveReader } from '@deskfleet/messaging';
import type { Logger } from '@deskfleet/runtime';

export interface WakeOptions {
  bus: Bus;
  /** Something was asked of a session, or an image of it: its row is in the database. */
  wake: () => void;
  logger: Logger;
}

const requested = /^deskfleet\.(session\.([a-z]+-)?|image\.)requested\.v\d+$/;

/**
 * Wakes who acts when somebody asks for something. The tables are the truth and the event only a hint, so
 * every replica listens for itself, and a hint that is lost costs seconds.
 */
export function wakeOnRequests({ bus, wake, logger }: WakeOptions): { stop(): Promise<void> } {
  return startLiveReader({
    bus,
    onEvent: ({ event }) => {
      if (requested.test(event.type)) wake();
    },
    onReset: wake,
    logger,
  });
}
