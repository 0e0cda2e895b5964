import type { Pool } from '../domain/pool-backoff.ts';
import { isAskedByPerson } from '../domain/priority.ts';
import { type AwsFailure, noCapacityReason } from '../domain/reasons.ts';
import { isSameWish, type SessionStatus } from '../domain/session-status.ts';
import { after, type LifecycleSettings } from '../domain/settings.ts';
import { freshWish, toldAsFailed } from './automatic-changes.ts';
import type { PowerAnswer } from './ports.ts';
import type { ReconcilerDeps } from './reconciler-deps.ts';
import type { Decide, StatusChange } from './session-store.ts';

/** A stopped machine can start only where its volume is: in its zone, as its type. */
function poolOf({ instanceType, availabilityZone }: SessionStatus): Pool {
  return { instanceType, zone: availabilityZone };
}

/** Sessions whose starts may travel in one call. */
export interface StartBatch {
  sessions: SessionStatus[];
}

/** How the starts of one pass travel: what no pool speaks against in one batch, each doubtful pool in one of its own. */
export interface StartPlan {
  batches: StartBatch[];
  /** Their pools were found empty lately. */
  held: SessionStatus[];
}

export function planStarts(
  { pools, monotonic }: Pick<ReconcilerDeps, 'pools' | 'monotonic'>,
  waiting: SessionStatus[],
): StartPlan {
  const at = monotonic();
  const trusted = waiting.filter((status) => !pools.isSuspect(poolOf(status), at));
  const doubtful = Map.groupBy(
    waiting.filter((status) => pools.isSuspect(poolOf(status), at)),
    (status) => `${status.instanceType} ${status.availabilityZone}`,
  );
  const plan: StartPlan = { batches: trusted.length > 0 ? [{ sessions: trusted }] : [], held: [] };
  for (const sessions of doubtful.values()) {
    const [first] = sessions;
    if (!first) continue;
    const allowed = pools.allowance(poolOf(first), at, { forPerson: isAskedByPerson(first) });
    if (allowed > 0) plan.batches.push({ sessions: sessions.slice(0, allowed) });
    plan.held.push(...sessions.slice(allowed));
  }
  return plan;
}

/** The starts of these sessions are called now. */
export function noteStarts(
  { pools, monotonic }: Pick<ReconcilerDeps, 'pools' | 'monotonic'>,
  sessions: SessionStatus[],
): void {
  const at = monotonic();
  for (const status of sessions) pools.asked(poolOf(status), at);
}

/**
 * Takes from the answer which pools have machines free. A call fails as a whole when one of its pools is empty, and EC2
 * does not say which: then nobody is to blame, false is returned, and each pool is asked alone next time.
 */
export function learnOfPools(
  { pools, monotonic }: Pick<ReconcilerDeps, 'pools' | 'monotonic'>,
  asked: SessionStatus[],
  answer: PowerAnswer,
): boolean {
  const at = monotonic();
  const lacking = new Map(answer.failed.filter(lacks).map((failed) => [failed.instanceId, failed]));
  const accepted = new Set(answer.accepted);
  const byPool = Map.groupBy(asked, (status) => `${status.instanceType} ${status.availabilityZone}`);
  const empty = [...byPool.values()].filter((sessions) =>
    sessions.some(({ instanceId }) => lacking.has(instanceId ?? '')),
  );
  for (const sessions of byPool.values()) {
    const [first] = sessions;
    if (!first) continue;
    const started = sessions.filter(({ instanceId }) => accepted.has(instanceId ?? '')).length;
    if (started > 0) pools.granted(poolOf(first), started, at);
    else if (empty.length > 1 && empty.includes(sessions)) pools.suspect(poolOf(first), at);
    else if (empty.includes(sessions)) pools.refused(poolOf(first), sessions.length, at);
    else pools.released(poolOf(first), at);
  }
  return empty.length <= 1;
}

function lacks({ failure }: { failure: AwsFailure }): boolean {
  return failure.kind === 'capacity' || failure.kind === 'limit';
}

/** A start without capacity is tried for so long at least: EC2's lacks often pass within minutes. */
const shortestWindowMinutes = 4;

/** Until when a start goes on looking for capacity: from the first refusal on. */
export function capacityDeadline(status: SessionStatus, now: Date, settings: LifecycleSettings): Date {
  const minutes = Math.max(shortestWindowMinutes, settings.capacityRetryWindowMinutes);
  return status.deadlineAt ?? after(now, { minutes });
}

/** One whose pool is empty: its owner is told, and after a while that it stays stopped. */
export function hold(decidedOn: SessionStatus, settings: LifecycleSettings): Decide {
  return (status, now) => {
    if (!isSameWish(status, decidedOn) || status.state !== decidedOn.state) return null;
    const place = { instanceType: status.instanceType, zone: status.availabilityZone };
    const deadlineAt = capacityDeadline(status, now, settings);
    if (now >= deadlineAt) return giveUpStart(status, noCapacityReason([place], null));
    const reason = noCapacityReason([place], 'soon');
    if (status.reason?.code === reason.code && status.deadlineAt !== null) return null;
    return { set: { reason, deadlineAt } };
  };
}

/**
 * The desktop stays at rest, its owner is told why, and may ask again. That EC2 shows it stopped is yet to be seen: an
 * earlier try that was not answered may have started it.
 */
export function giveUpStart(
  status: SessionStatus,
  reason: NonNullable<SessionStatus['reason']>,
): StatusChange {
  const to = status.state === 'hibernated' ? 'hibernated' : 'stopped';
  return {
    ...toldAsFailed(status, { change: 'start', reason }),
    set: { ...freshWish, desired: to, targetObserved: false, deadlineAt: null, reason },
    ...(status.state !== to && { transition: { to, cause: 'reconciler', reason } }),
  };
}
