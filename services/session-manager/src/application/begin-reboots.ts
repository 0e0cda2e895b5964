import { isSameWish, type SessionStatus } from '../domain/session-status.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';

/**
 * Commits, before RebootInstances is called, that a reboot out of the present boot is under way: a process that dies
 * after the call must not cause a second one, and only another boot id tells that the first has happened.
 */
export async function beginReboots(
  { store }: Pick<ReconcilerDeps, 'store'>,
  sessions: SessionStatus[],
): Promise<Set<string>> {
  const begun = new Set<string>();
  for (const decidedOn of sessions) {
    await store.change('begin-reboot', decidedOn.sessionId, (status, now) => {
      if (!isSameWish(status, decidedOn) || status.state !== decidedOn.state) return null;
      begun.add(status.sessionId);
      return {
        ...(status.state === 'running' && {
          transition: { to: 'starting' as const, cause: status.desiredCause, reason: null },
        }),
        set: { rebootWanted: false, rebootingFrom: status.rebootingFrom ?? status.bootId, calledAt: now },
      };
    });
  }
  return begun;
}
