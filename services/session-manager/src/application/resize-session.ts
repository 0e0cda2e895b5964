import { retryDelaySeconds } from '../domain/decide-call-failure.ts';
import { type AwsFailure, reasonOfFailure } from '../domain/reasons.ts';
import type { SessionStatus } from '../domain/session-status.ts';
import { after } from '../domain/settings.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import type { Decide } from './session-store.ts';

/**
 * Gives a stopped machine another type. What AWS accepted, or did not answer, is read back by the next passes: only what
 * EC2 shows has happened.
 */
export async function resizeSession(deps: ReconcilerDeps, status: SessionStatus): Promise<void> {
  const { instanceId, resizeTo, sessionId } = status;
  if (instanceId === null || resizeTo === null) return;
  const begun = await deps.store.beginCalls('resize', [status]);
  if (!begun.has(sessionId)) return deps.budget.giveBack('modify', 1, deps.monotonic());
  const failure = await deps.compute.resize(instanceId, resizeTo);
  if (failure?.kind === 'throttled') deps.budget.throttled('modify', deps.monotonic());
  await deps.store.change('record-resize', sessionId, recordAnswer(deps, status, failure));
}

/** A refusal that may pass is tried this often. */
const tries = 8;

function recordAnswer(deps: ReconcilerDeps, decidedOn: SessionStatus, failure: AwsFailure | null): Decide {
  return (status, now) => {
    const isSame = status.resizeTo === decidedOn.resizeTo && status.state === decidedOn.state;
    if (!isSame) return null;
    const mayHaveHappened = failure === null || failure.kind === 'unclear';
    const failedCalls = failure === null ? 0 : status.failedCalls + 1;
    const retryAt =
      failure === null ? null : after(now, { seconds: retryDelaySeconds(failedCalls, deps.random()) });
    if (mayHaveHappened) {
      const set = { calledAt: now, failedCalls, retryAt };
      if (status.state === 'resizing') return { set };
      return { transition: { to: 'resizing', cause: status.desiredCause, reason: null }, set };
    }
    const { sessionId } = status;
    deps.logger.warn({ sessionId, call: 'resize', failure, failedCalls }, 'AWS refused a call');
    if (mayPass(failure) && failedCalls < tries) return { set: { failedCalls, retryAt } };
    const reason = reasonOfFailure(failure, `make the machine a ${status.resizeTo}`);
    return {
      rejects: { kind: 'resize', reason },
      set: { resizeTo: null, reason, failedCalls: 0, retryAt: null },
      ...(status.state === 'resizing' && {
        transition: { to: 'stopped' as const, cause: 'reconciler', reason },
      }),
    };
  };
}

function mayPass({ kind }: AwsFailure): boolean {
  return kind === 'throttled' || kind === 'unauthorized' || kind === 'incorrect-state';
}
