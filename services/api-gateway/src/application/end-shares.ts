import { type Logger, PassLoop } from '@deskfleet/runtime';
import type { NewId, Now } from './ports.ts';
import { revocation } from './share-session.ts';
import type { ShareEndStore, ShareRecord } from './share-store.ts';

export interface EndingDeps {
  shares: ShareEndStore;
  now: Now;
  newId: NewId;
  logger: Logger;
}

/** At most between two looks: what another replica has granted, a session that has ended. */
const longestPauseSeconds = 10;
/** At least: another replica may be about to write down what is due. */
const shortestPauseSeconds = 0.1;

/**
 * Writes down, and tells, that shares have ended by themselves. Whether a share counts does not wait for it: everybody who
 * asks looks at its expiry.
 */
export function createShareEnding(deps: EndingDeps): PassLoop {
  return new PassLoop(async () => {
    try {
      while ((await endDueShares(deps)) > 0);
      return await secondsToNextExpiry(deps);
    } catch (err) {
      deps.logger.warn({ err }, 'It is not known which shares have ended; asking again.');
      return longestPauseSeconds;
    }
  });
}

/** One batch; resolves to how many shares were ended. */
function endDueShares({ shares, now, newId }: EndingDeps): Promise<number> {
  const at = now().toJSDate();
  return shares.endDue(at, async (due, end) => {
    for (const { share, owner, sessionEndedAt } of due) {
      const cause = causeOfEnd(share, sessionEndedAt);
      const announcement = revocation(share, owner, { cause, correlationId: newId() });
      await end({ share, at, cause, announcement });
    }
  });
}

/** What came first. */
function causeOfEnd({ expiresAt }: ShareRecord, sessionEndedAt: Date | null): 'expiry' | 'session-ended' {
  return sessionEndedAt !== null && sessionEndedAt < expiresAt ? 'session-ended' : 'expiry';
}

async function secondsToNextExpiry({ shares, now }: EndingDeps): Promise<number> {
  const next = await shares.nextExpiry();
  if (next === null) return longestPauseSeconds;
  const seconds = (next.getTime() - now().toMillis()) / 1000;
  return Math.min(Math.max(seconds, shortestPauseSeconds), longestPauseSeconds);
}
