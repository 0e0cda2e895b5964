import { decideScheduleStop } from '../domain/decide-schedule-stop.ts';
import type { HostAnswer, PendingStop } from '../domain/session-status.ts';
import { changeByStop } from './act-on-schedule.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';

/**
 * The host has said who is connected, or not: the stop that waits for it is decided again on everything that is true now,
 * and committed or given up. What was given up comes again with the scheduler's next word.
 */
export async function concludeStop(
  { store, logger }: Pick<ReconcilerDeps, 'store' | 'logger'>,
  sessionId: string,
  { askedFor, answer }: { askedFor: PendingStop; answer: HostAnswer },
): Promise<void> {
  const connections = answer.ready ? answer.connections : null;
  await store.changeAutomatically('conclude-stop', sessionId, ({ status, ...facts }, now) => {
    const { pendingStop } = status;
    // Of a later observation this answer does not tell: somebody may have connected between the two.
    if (pendingStop?.observedAt.getTime() !== askedFor.observedAt.getTime()) return null;
    const due = { ...pendingStop, stopAtClose: true, evenIfConnected: false };
    const decision = decideScheduleStop(due, { status, ...facts }, { connections, now });
    logger.info({ sessionId, connections, ...decision }, 'a host was asked before its desktop is stopped');
    return changeByStop(decision, due) ?? { set: { pendingStop: null } };
  });
}
