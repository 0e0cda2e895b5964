import { nextTransition, scheduledAt } from '@deskfleet/contracts';
import type { Activity, IdleDecision } from './idle-decision.ts';
import type { Access, IdleFacts } from './idle-facts.ts';
import type { IdlePolicy } from './idle-policy.ts';
import { judgeCpu, judgeGpu, judgeHost } from './judge-readings.ts';

/**
 * Whether a running session is used. A desktop is stopped only when everything says that nobody uses it, at the warning and
 * again at its end; what is not known counts as use. Facts are asked for in the order of their cost.
 */
export function decideIdle(facts: IdleFacts, policy: IdlePolicy, now: Date): IdleDecision {
  if (policy.idleAfter === null) return active({ reason: 'idle-stop-disabled' });
  const idle = { ...policy, idleAfter: policy.idleAfter };
  const known = decideByRecord(facts, idle, now);
  if (known) return known;
  const cpu = judgeCpu(facts.cpu, policy);
  if (cpu) return cpu;
  if (facts.host === null) return { outcome: 'ask', what: 'host' };
  const host = judgeHost(facts.host, policy, facts.memory.lastAccess);
  if ('outcome' in host) return host;
  const gpu = judgeGpu(host.report.gpu, facts.session.gpuMaker, policy);
  if (gpu) return gpu;
  const since = latest(lastKnownUse(facts), host.access.at);
  const early = tooEarly(since, idle, now);
  if (early) return active(early, host.access);
  return decideStop(facts, { since, access: host.access }, idle, now);
}

type DefinitePolicy = IdlePolicy & { idleAfter: number };

/** What the database alone decides. */
function decideByRecord(facts: IdleFacts, policy: DefinitePolicy, now: Date): IdleDecision | null {
  const { keepRunningUntil, schedule, runningSince } = facts.session;
  if (keepRunningUntil !== null && keepRunningUntil > now) {
    return active({ reason: 'kept-running', until: keepRunningUntil });
  }
  if (scheduledAt(schedule, now)) {
    return active({ reason: 'scheduled', until: nextTransition(schedule, now)?.at ?? null });
  }
  const graceEnds = plus(runningSince, policy.grace);
  if (now < graceEnds) return active({ reason: 'just-started', until: graceEnds });
  const early = tooEarly(lastKnownUse(facts), policy, now);
  return early && active(early);
}

/** The latest use that is on record: a host may know of a later one, never of an earlier. */
function lastKnownUse({ session, memory }: IdleFacts): Date {
  const { runningSince, connectedAt } = session;
  return latest(runningSince, connectedAt ?? runningSince, memory.lastAccess?.at ?? runningSince);
}

function tooEarly(since: Date, { idleAfter, warning }: DefinitePolicy, now: Date): Activity | null {
  const stopsAt = plus(since, idleAfter);
  const until = plus(stopsAt, -warning);
  return now < until ? { reason: 'used-recently', since, until, stopsAt } : null;
}

function decideStop(
  { session, memory }: IdleFacts,
  use: { since: Date; access: Access },
  { idleAfter, warning }: DefinitePolicy,
  now: Date,
): IdleDecision {
  // Of a warning before the desktop was stopped and started nobody knows any more.
  const { warnedAt } = memory;
  const isWarned = warnedAt !== null && warnedAt >= session.runningSince;
  const stopsAt = latest(plus(use.since, idleAfter), plus(isWarned ? warnedAt : now, warning));
  const act = now >= stopsAt ? 'stop' : isWarned ? 'wait' : 'warn';
  return { outcome: 'idle', act, stopsAt, ...use };
}

function active(activity: Activity, access: Access | null = null): IdleDecision {
  return { outcome: 'active', activity, access };
}

function plus(at: Date, milliseconds: number): Date {
  return new Date(at.getTime() + milliseconds);
}

function latest(...instants: Date[]): Date {
  return new Date(Math.max(...instants.map((at) => at.getTime())));
}
