import type { Clock, Logger } from '@deskfleet/runtime';
import { after } from '../domain/settings.ts';
import type { PasswordStore, Passwords } from './password-ports.ts';
import type { Sweep } from './reconcile-loop.ts';

export interface PasswordSweepDeps {
  store: Pick<PasswordStore, 'left' | 'forget'>;
  passwords: Pick<Passwords, 'delete'>;
  clock: Clock;
  logger: Logger;
}

/** DeleteParameters takes 10 names (SSM API reference). */
const batchSize = 10;
/**
 * A session can end while its password is being put: by then that call has been answered or has timed out, so nothing appears
 * after the deletion that nobody would ever delete.
 */
const settleMinutes = 2;

/** Deletes the passwords of sessions that have ended; what AWS does not delete now is tried again in the next sweep. */
export class PasswordSweep implements Sweep {
  private readonly deps: PasswordSweepDeps;

  constructor(deps: PasswordSweepDeps) {
    this.deps = deps;
  }

  async sweep(): Promise<void> {
    const { store, passwords, clock, logger } = this.deps;
    for (;;) {
      const endedBefore = after(clock.now().toJSDate(), { minutes: -settleMinutes });
      const names = await store.left(endedBefore, batchSize);
      if (names.length === 0) return;
      const answer = await passwords.delete(names);
      if ('failure' in answer) {
        logger.warn(
          { failure: answer.failure },
          'passwords of ended desktops could not be deleted; trying again',
        );
        return;
      }
      await store.forget(answer.gone);
      // Those left out would only be left out again at once.
      if (answer.gone.length < names.length) return;
    }
  }
}
